"""A cache that forgets what was used least recently, and in which no single client takes the place of all others."""

from collections import OrderedDict, defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

SHARE: Final = 4
"""Only a client whose own entries take more than this part of a full cache, a quarter, loses them before others do."""


@dataclass(slots=True)
class _Entry(Generic[V]):
    value: V
    length: int
    owner: Hashable
    """The client that stored the entry; None once another client has used it."""


class FairCache(Generic[K, V]):
    """Holds entries of a total length of at most ``max_length``, in the order in which they were last used.

    An entry belongs to the client that stored it until another client uses it. When the cache is full, the client with
    the longest entries of its own loses the least recently used of them, if they take more than a quarter of the cache.
    Otherwise the least recently used entry of all goes. So a client that stores one entry after the other only replaces
    its own.
    """

    def __init__(self, max_length: int) -> None:
        self._max_length = max_length
        self._entries: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._owned: defaultdict[Hashable, OrderedDict[K, None]] = defaultdict(OrderedDict)
        self._owned_length: defaultdict[Hashable, int] = defaultdict(int)
        self.length = 0
        """The length of all entries."""

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        return key in self._entries

    def get(self, key: K, client: Hashable) -> V | None:
        """Return the value of an entry that a client uses, or None if there is none."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        if entry.owner is not None:
            if entry.owner == client:
                self._owned[client].move_to_end(key)
            else:
                self._disown(key, entry)
        return entry.value

    def put(self, key: K, value: V, length: int, client: Hashable) -> None:
        """Store an entry for a client, or replace it; None stands for no client in particular."""
        if key in self._entries:
            self._remove(key)
        self._entries[key] = _Entry(value, 0, client)
        if client is not None:
            self._owned[client][key] = None
        self.add_length(key, length)

    def add_length(self, key: K, length: int) -> None:
        """Add to the length of an entry, if it is still there, and evict others until the limit is kept."""
        entry = self._entries.get(key)
        if entry is None:
            return
        entry.length += length
        self.length += length
        if entry.owner is not None:
            self._owned_length[entry.owner] += length
        while self.length > self._max_length:
            self._remove(self._victim())

    def _victim(self) -> K:
        heaviest = max(self._owned_length, key=self._owned_length.__getitem__, default=None)
        if heaviest is not None and self._owned_length[heaviest] * SHARE > self._max_length:
            return next(iter(self._owned[heaviest]))
        return next(iter(self._entries))

    def _remove(self, key: K) -> None:
        entry = self._entries.pop(key)
        self.length -= entry.length
        if entry.owner is not None:
            self._disown(key, entry)

    def _disown(self, key: K, entry: _Entry[V]) -> None:
        owned = self._owned[entry.owner]
        del owned[key]
        self._owned_length[entry.owner] -= entry.length
        if not owned:
            del self._owned[entry.owner], self._owned_length[entry.owner]
        entry.owner = None
