"""Keyset pagination for Relay connections: orders, cursors and the SQL of pages.

The columns and filters of each list are in the list's own package. May import from ``row_selection``,
``visibility``, ``viewer`` and ``kernel``.
"""
