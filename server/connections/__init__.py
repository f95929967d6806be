"""What the connections of a process share: the registry of long-lived ones, limits, and turns.

May import from ``execution``, ``protocol``, ``limits`` and ``setting_values``.
"""
