"""The cost of an operation: measured in one pass over the document, evaluated for its variables; and its limits.

May use ``protocol`` and ``limits``.
"""
