"""Transport and processes: the ASGI application, GraphQL over HTTP and WebSocket, and the ``trackers`` command.

Code that handles connections or runs processes belongs here. May import from every other layer.
"""
