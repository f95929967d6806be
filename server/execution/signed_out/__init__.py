"""What a client without a session may execute: which root fields, how much of a document, and how it is refused.

A document is judged by its root fields before it is validated, so that its answer tells nothing about the schema. It is
never in the cache of members' documents, and never compiled. May import from ``cost``, ``document_checks``,
``preparation``, ``variables``, ``limits`` and ``protocol``.
"""
