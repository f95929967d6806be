"""Process automations: settings, rules, the changes that they propose, and applying those to a learner's record.

The trackers that request automations are in ``trackers``. May import from ``tracker_types``, ``forms``,
``notifications``, ``history``, ``audit``, ``rows``, ``viewer`` and ``kernel``.
"""
