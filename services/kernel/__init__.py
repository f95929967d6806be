"""What every service needs and no service owns: errors, units of work, SQL, text, dates, ids.

Here belongs only what several packages use, and no rule about trackers, learners or members. May use ``models``, and
nothing of ``services`` outside this package.
"""
