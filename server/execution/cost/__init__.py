"""Operation costs and document limits: documents are measured once, and costs evaluated for each set of variables.

Within ``server``, this package may import from ``protocol`` and ``limits``.
"""
