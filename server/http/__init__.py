"""GraphQL over HTTP at ``/graphql``: requests by GET and POST, responses in JSON or as server-sent events.

Everything that is served beside ``/graphql`` belongs in ``endpoints``. May use ``open_connections``, ``execution``,
``protocol`` and ``observability``.
"""
