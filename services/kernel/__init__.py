"""The foundations that all services share: errors, units of work, SQL, text, dates and ids.

Only code that several packages use belongs here, and no rules about trackers, learners or members. May import from
``models``, but not from the rest of ``services``.
"""
