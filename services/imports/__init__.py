"""Imports of learners and employers from files, matched with what is stored and written in batches.

What reads an ILR return is in ``imports.ilr``. May use ``forms`` (for formats), ``audit`` and the kernel.
"""
