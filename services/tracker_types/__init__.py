"""Tracker types: the built-in ones, those of an organisation's own, their versions, and the transitions of statuses.

The check of values against a type's form is in ``forms``. May use ``forms``, ``audit``, ``viewer``, ``visibility`` and the
kernel.
"""
