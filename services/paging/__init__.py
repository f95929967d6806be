"""Keyset pagination for Relay connections: orders, cursors, and the SQL of a page.

What a list selects and filters by is in the package of that list. May use ``kernel``, ``viewer`` and ``visibility``.
"""
