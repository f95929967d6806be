"""The server processes: a single process, or a supervisor with several workers, and uvicorn's protocol classes.

May import from every package of ``server`` except ``cli``.
"""
