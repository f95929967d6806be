"""Pages of trackers: filters, orders and search, and the SQL that answers each with few rows read.

May use ``paging``, ``tracker_types`` and the kernel.
"""
