"""The command ``trackers``: its commands, their output, and ``doctor``.

May use everything of ``server``.
"""
