"""Tracker lists: filtering, ordering, searching and paging, with SQL that reads as few rows as possible.

Lists are read from the tables ``tracker_listing``, ``tracker_in_group`` and ``tracker_words``, which triggers keep in sync
with the views ``tracker_listed``, ``tracker_grouped`` and ``tracker_worded``. May import from ``paging``, ``tracker_types``,
``viewer``, ``visibility`` and ``kernel``.
"""
