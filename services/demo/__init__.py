"""The demo data: two invented training providers with staff, learners and half a year of trackers.

``fill.fill_demo`` writes them into an empty database. What they contain is in ``data`` and the TOML files; each module
beside these makes one part. May use every other package of ``services`` but ``retention``.
"""
