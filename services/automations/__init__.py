"""Process automations: their settings and rules, planning their changes, and applying them to a learner's record.

The trackers that request automations are in ``trackers``. May import from ``tracker_types``, ``forms``,
``notifications``, ``history``, ``audit``, ``rows``, ``ilr``, ``viewer`` and ``kernel``.
"""
