"""Forms: the definitions of fields, and the validation of submitted values against them.

Storing and changing definitions belongs in ``tracker_types``, creating trackers from validated values in ``trackers``.
May import from ``ilr`` and ``kernel``.
"""
