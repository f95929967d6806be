"""The reader of ILR returns, which converts XML to learners and learning aims.

Everything specific to the Individualised Learner Record (its years, elements and codes) belongs here; access to the
database does not. May import from ``imports.entry``, ``imports.report``, ``forms`` (for text formats) and ``kernel``.
"""
