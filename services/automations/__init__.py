"""Process automations: their settings and rules, the changes they propose, and applying these to a record.

The tracker that asks for an automation is in ``trackers``. May use ``tracker_types``, ``forms``, ``notifications``,
``history`` and the kernel.
"""
