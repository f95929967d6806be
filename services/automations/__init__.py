"""Process automations: their settings and rules, the changes they propose, and applying these to a learner's record.

The tracker that requests an automation is in ``trackers``. May use ``tracker_types``, ``forms``, ``notifications``,
``history``, ``audit``, ``rows``, ``viewer`` and the kernel.
"""
