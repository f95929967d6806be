"""Uploaded files: receiving them, their bytes in a folder or bucket, signed URLs, and deleting abandoned uploads.

Attaching a file to a tracker is in ``trackers.attachments``. May use ``tracker_types``, ``forms``, ``viewer``,
``installation`` and the kernel.
"""
