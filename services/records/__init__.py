"""Organisations, and the records that trackers are about: learners, programmes and employers.

May import from ``tracker_types`` (for the types that a new organisation starts with), ``paging``, ``audit``,
``row_selection``, ``visibility``, ``viewer`` and ``kernel``.
"""
