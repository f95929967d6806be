"""Tracker lists: filtering, ordering, searching and paging, with SQL that reads as few rows as possible.

Lists are read from ``tracker`` and ``learner`` by plain indexes: ``plan`` chooses the SQL of a viewer's list, which is put
together from ``conditions`` and ``scans``. May import from ``paging``, ``tracker_types``, ``viewer``, ``visibility`` and
``kernel``.
"""
