"""The command ``trackers``: its subcommands and their output.

What a subcommand does belongs to ``services``, ``server.process`` or ``server.database``. May use everything of
``server``.
"""
