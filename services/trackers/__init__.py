"""Trackers: creating, updating and commenting on them, and the permissions to do so.

Validation of form values belongs in ``forms``, applying approved changes to learners' records in ``automations``. Lists of
trackers are in ``listing``. May import from every package of ``services`` except ``imports``, ``records`` and ``demo``.
"""
