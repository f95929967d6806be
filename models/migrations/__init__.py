"""The database migrations, in order, and their SQL files.

The effect of a released migration must never change. Migrations therefore contain literals and do not import enums or
defaults from the application. Views and functions are defined in ``sql/``. Modules whose names start with ``_`` are not
migrations.
"""
