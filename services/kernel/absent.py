"""A sentinel that distinguishes an omitted input field from one that is null."""

from enum import Enum


class Absent(Enum):
    """The type of ``ABSENT``, which leaves a field unchanged in an update, whereas None clears it."""

    ABSENT = "ABSENT"


ABSENT = Absent.ABSENT
