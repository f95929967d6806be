"""The HTTP endpoints beside ``/graphql``: files, health, metrics, the playground and the password page.

GraphQL itself belongs in ``http`` and ``websocket``. May use ``protocol`` and ``observability``.
"""
