"""Imports of learners and employers from files: read, matched with the stored rows, and written in batches.

The reader of ILR returns is in ``imports.ilr``. Nothing here knows the command line. May use ``forms`` (for formats),
``audit`` and the kernel.
"""
