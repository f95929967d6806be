"""Stored files: uploads, the store that keeps their bytes, signed addresses, and the removal of what nobody took.

What makes a file part of a tracker is in ``trackers.attachments``. May use ``tracker_types``, ``forms`` and the kernel.
"""
