"""ASGI middleware around every request: request ids, the access log, security headers, compression, and their order.

What only one endpoint needs does not belong here. May use ``settings``, ``protocol`` and ``observability``.
"""
