"""The reader of ILR returns: from XML to the learners and learning aims that an import takes.

Knows the returns' years, elements and codes, and nothing of what is stored. May use ``imports.entry``,
``imports.report``, ``forms`` (for formats) and the kernel.
"""
