"""Execution of GraphQL operations, independent of the transport: parsing, validation, cost, rate limits and execution.

Transports use ``executor_interface``. Within ``server``, this package may import from ``protocol``, ``observability``
and ``limits``.
"""
