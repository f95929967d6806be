"""The value of an input field that the client left out, as against one that it set to null."""

from enum import Enum


class Absent(Enum):
    """Stand in a field of an update that the input does not name: it keeps the stored value, where None clears it."""

    ABSENT = "ABSENT"


ABSENT = Absent.ABSENT
