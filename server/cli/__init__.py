"""The ``trackers`` command: its subcommands and their output.

The work that a subcommand does belongs in ``services``, ``server.process`` or ``server.database``. May import from
every package of ``server``.
"""
