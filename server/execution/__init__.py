"""Execution of GraphQL operations: parsing, validation, cost, rate limits and running, whatever the transport.

Transports use ``executor_interface``. Within ``server``, this package may import from ``protocol``, ``observability``
and ``limits``.
"""
