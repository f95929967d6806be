"""The steps that lay out the tables, in order."""
