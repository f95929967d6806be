"""Forms: what a field definition means, and the check of the values that are entered for it.

Where definitions are stored and how an organisation changes them is in ``tracker_types``; what opens a tracker with
checked values is in ``trackers``. May use ``kernel``, ``viewer`` and ``visibility``.
"""
