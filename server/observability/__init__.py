"""Logs, metrics and the watch over the database: what an operator sees of a running process.

May use ``settings`` and ``limits``, and nothing else of ``server``.
"""
