"""Tracker types: the built-in ones, those an organisation makes itself, their versions and statuses.

The check of values against a type's form is in ``forms``. May use ``forms``, ``paging``, ``audit`` and the kernel.
"""
