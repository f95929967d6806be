"""One GraphQL operation, whichever transport it came by: parsed, validated, priced, limited and executed.

Knows no transport. May use ``protocol``, ``observability`` and ``limits``.
"""
