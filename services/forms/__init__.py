"""Forms: what the definition of a field means, and the check of the values that are entered for it.

Where definitions are stored and how an organisation changes them is in ``tracker_types``; what creates a tracker with
checked values is in ``trackers``. May use the kernel.
"""
