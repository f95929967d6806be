"""The reader of ILR returns, which converts XML to learners and learning aims.

The elements of a return, and the rules that a wrong value breaks, belong here; what codes mean belongs in ``services.ilr``,
and access to the database does not belong here. May import from ``imports.entry``, ``imports.report``, ``forms`` (for text
formats), ``ilr`` and ``kernel``.
"""
