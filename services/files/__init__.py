"""Uploaded files: receiving them, storing their content in a folder or bucket, signed URLs, and cleanup.

Attaching a file to a tracker is in ``trackers.attachments``. May import from ``tracker_types``, ``forms``, ``viewer``,
``installation`` and ``kernel``.
"""
