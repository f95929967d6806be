"""The demo data: two fictional training providers with staff, learners and half a year of trackers.

``fill.fill_demo`` writes the data to an empty database. The contents are defined in ``data`` and the TOML files; the
other modules each generate one part. May import from every other package of ``services`` except ``retention``.
"""
