"""The ILR's vocabulary: its years, its lists of codes by year, and what the codes of a learning aim say about it.

Reading returns belongs in ``imports``, the ILR's formats in ``forms``. May import from ``kernel``.
"""
