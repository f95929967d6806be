"""GraphQL operations, whichever transport they come by: parsed, validated, priced, limited and executed.

Transports use ``interface``. Knows no transport; may use ``protocol``, ``observability`` and ``limits``.
"""
