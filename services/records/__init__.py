"""Organisations, and the records that trackers are about: learners, programmes and employers.

May use ``tracker_types`` (for the types a new organisation has), ``paging``, ``audit`` and the kernel.
"""
