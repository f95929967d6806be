"""GraphQL over WebSocket by the subprotocol ``graphql-transport-ws``.

May use ``execution``, ``protocol`` and ``observability``.
"""
