"""The processes that serve: one, or several workers and their supervisor, and uvicorn's protocols.

May use everything of ``server`` but ``cli``.
"""
