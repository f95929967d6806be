"""ASGI middleware for every request: request ids, the access log, security headers, CORS, compression, and their order.

``gateway`` does in one callable what holds for all requests, those of ``/graphql`` included; what ``stack`` puts behind it
is for the other addresses, and for preflight requests. Code for a single endpoint does not belong here. May import from
``settings``, ``setting_values``, ``connections``, ``protocol`` and ``observability``.
"""
