"""Validation of values by kind of field: one module per kind, registered in ``table``.

Validation of field definitions belongs in ``tracker_types/field_rules``. May import from the same packages as ``forms``.
"""
