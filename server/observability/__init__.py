"""Logs, metrics and the monitor of the database: what an operator sees of a running process.

The endpoints that serve them belong in ``endpoints``. Uses nothing else of ``server``.
"""
