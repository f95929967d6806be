"""Documents and variables before execution: parsing, validation, measures, and a cache of what was found.

``cost`` computes measures and prices, and ``compiled`` the functions that are kept with a document. May import from both,
from ``event_traits``, and from ``protocol`` and ``limits``.
"""
