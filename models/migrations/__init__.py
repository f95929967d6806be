"""The migrations of the database, in order, and their SQL.

A released migration is never changed in effect: it imports nothing of the application, whose enums and defaults change
with time, but holds literals. Views and functions are files of ``sql/``; whatever starts with ``_`` is no migration.
"""
