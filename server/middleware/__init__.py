"""ASGI middleware for every request: request ids, the access log, security headers, compression, and their order.

Code for a single endpoint does not belong here. May import from ``settings``, ``protocol`` and ``observability``.
"""
