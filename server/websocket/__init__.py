"""GraphQL over WebSocket, using the ``graphql-transport-ws`` subprotocol.

The parsing of messages belongs in ``protocol``, and the execution of operations in ``execution``. May import from
``connections``, ``execution``, ``protocol``, ``observability`` and ``limits``.
"""
