"""GraphQL over WebSocket by the subprotocol ``graphql-transport-ws``.

Parsing its messages belongs in ``protocol``, running operations in ``execution``. May use ``open_connections``,
``execution``, ``protocol``, ``observability`` and ``limits``.
"""
