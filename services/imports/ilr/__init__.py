"""The reader of ILR returns: from XML to learners and learning aims.

Knows the years, elements and codes of the Individualised Learner Record, and nothing of the database. May use ``imports.entry``,
``imports.report``, ``forms`` (for formats) and the kernel.
"""
