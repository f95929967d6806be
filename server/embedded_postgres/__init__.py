"""The PostgreSQL that the server starts as its own child where no database is named.

May use nothing else of ``server``.
"""
