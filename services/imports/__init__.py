"""Imports of learners and employers: reading files, matching records with stored rows, and writing them in batches.

The reader of ILR returns is in ``imports.ilr``, that of tables in ``imports.tables``, and the commands are in
``server.cli``. May import from ``forms`` (for text formats), ``automations`` (for the names of statuses), ``records``,
``accounts``, ``ilr``, ``audit``, ``notifications``, ``history``, ``tracker_types`` and ``kernel``.
"""
