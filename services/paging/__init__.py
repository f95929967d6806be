"""Relay connections over keysets: which rows make a page, and the cursors that lead to the next one.

What a particular list selects and filters is in that list's own package. May use ``kernel``, ``viewer`` and ``visibility``.
"""
