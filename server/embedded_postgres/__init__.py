"""The PostgreSQL server that runs as a child process if no database is configured.

The module ``server`` starts and stops it. May not import from any other package of the project.
"""
