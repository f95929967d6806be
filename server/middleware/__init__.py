"""ASGI middleware around every request: its id, the access log, security headers, compression.

May use ``protocol`` and ``observability``.
"""
