"""The verbs: what a client may ask, do and hear."""
