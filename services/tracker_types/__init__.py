"""Tracker types: built-in and custom types, their versions, and their status transitions.

Validation of values against a type's form belongs in ``forms``. May import from ``forms``, ``audit``,
``visibility``, ``viewer``, ``ilr`` and ``kernel``.
"""
