"""A sentinel that tells an input field that the client left out from one that it set to null."""

from enum import Enum


class Absent(Enum):
    """The type of ``ABSENT``, which marks a field that an update leaves as it is; None would clear the field."""

    ABSENT = "ABSENT"


ABSENT = Absent.ABSENT
