"""What was asked of this server's speed: requests a second as a ratio to the floor's, and times as multiples of its."""

from typing import NamedTuple


class Goal(NamedTuple):
    """The goal, and what must be reached."""

    goal: float
    must: float


REQUESTS = {
    "trackerTypes": Goal(0.8, 0.7),
    "page": Goal(0.8, 0.5),
    "tracker": Goal(0.8, 0.5),
    "createTracker": Goal(0.8, 0.6),
    "validateTracker": Goal(0.6, 0.4),
}
PUSHES = {"one-of-500": Goal(1.5, 2.5), "all-500": Goal(1.5, 2.5)}
GAIN_OF_TWO = Goal(1.0, 0.9)
"""What ``createTracker`` gains from a second worker, as a part of what the floor gains."""
SOCKET_BYTES = Goal(20_000, 40_000)
IDLE_BYTES = Goal(90_000_000, 100_000_000)
GROWTH = Goal(1.2, 1.3)
"""From 1,000 to 1,000,000 trackers, in CPU time and in the median of latencies."""
