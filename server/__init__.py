"""Transport and process: the ASGI application, GraphQL over HTTP and WebSocket, the command ``trackers``.

Here belongs what begins with a connection or a process. May use every other layer.
"""
