"""Validation of field definitions: one module per kind of field, registered in ``table``.

Validation of values belongs in ``forms/kinds``. May import from the same packages as ``tracker_types``.
"""
