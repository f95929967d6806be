"""The HTTP endpoints other than ``/graphql``: files, health, metrics, the playground and the password page.

GraphQL itself belongs in ``http`` and ``websocket``. May import from ``protocol`` and ``observability``.
"""
