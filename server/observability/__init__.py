"""Logs, metrics and database monitoring, with which operators observe a running process.

The endpoints that serve them belong in ``endpoints``. May not import from any other package of ``server``.
"""
