"""The kinds of field: ``table`` has one row for each, and each row's check is a module of its own.

What a kind's definition may hold is in ``tracker_types/field_rules``. May use what ``forms`` may.
"""
