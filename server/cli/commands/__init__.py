"""What the subcommands of ``trackers`` do. Each module is imported when one of its commands is given.

``main`` and ``members`` have their names, options and help. May import from every package of ``server``.
"""
