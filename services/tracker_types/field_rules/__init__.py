"""What the definition of a field may hold: ``table`` has one row for each kind, and each row's check is a module.

How a value is checked against a definition is in ``forms/kinds``. May use what ``tracker_types`` may.
"""
