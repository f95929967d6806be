"""How many of something there are at a time for each member or address."""

from collections import Counter


class LimitedCounter:
    """So many at a time for each key, counted in this process."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._taken)

    def has_room(self, key: str) -> bool:
        """Whether one more is not too many."""
        return self._taken[key] < self.most

    def add(self, key: str) -> None:
        """Count one more, to be given back."""
        self._taken[key] += 1

    def take(self, key: str) -> bool:
        """Count one more, to be given back; False, and nothing counted, where that would be too many."""
        if not self.has_room(key):
            return False
        self.add(key)
        return True

    def give_back(self, key: str) -> None:
        """Count one less."""
        self._taken[key] -= 1
        if not self._taken[key]:
            del self._taken[key]
