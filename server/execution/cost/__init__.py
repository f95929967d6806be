"""The cost of an operation: measured in one pass over the document, priced for its variables.

May use ``protocol`` and ``limits``.
"""
