"""The processes that serve: one, or several workers with a supervisor; and the protocols of uvicorn.

May use everything of ``server`` but ``cli``.
"""
