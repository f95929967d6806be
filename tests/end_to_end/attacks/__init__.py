"""Attacks on a served process from outside, by strangers and by members, as raw bytes where clients would not send them.

All share one server, which attacks must not wear out: each test is in a network of its own (``network``), asks the shared
server for what it costs, and starts a server of its own only where it needs other settings or makes the process grow.
"""
