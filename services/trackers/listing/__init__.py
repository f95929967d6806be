"""Pages of trackers: filters, orders and search, and SQL that reads few rows for each.

It reads the tables ``tracker_listing``, ``tracker_in_group`` and ``tracker_words``, which triggers keep equal to the views
``tracker_listed``, ``tracker_grouped`` and ``tracker_worded``. May use ``paging``, ``tracker_types`` and the kernel.
"""
