"""Trackers: opening, changing and commenting on them, and who may.

The check of a form's values is in ``forms``, the effect of an approval on the record in ``automations``, the pages of
trackers in ``listing``. May use every package of ``services`` but ``imports``, ``records`` and ``demo``.
"""
