"""A limit that all clients share, each network up to a part of it, where the oldest gives way to the newest.

Refusing the newest would let whoever fills a limit lock out everybody else in their network; so it is refused to nobody,
and those that have been there the longest without getting any further are dropped. Whoever has a session leaves the limit.
"""

from collections.abc import Hashable
from typing import Protocol


class Holder(Hashable, Protocol):
    """What holds a part of a limit, such as a connection."""

    def drop(self) -> None:
        """Give up what is held, because others need it; it has been released already."""


class SharedLimit:
    """At most ``per_network`` is held by the holders of one network, and ``in_all`` by those of all networks."""

    def __init__(self, *, per_network: int, in_all: int) -> None:
        self._per_network = per_network
        self._in_all = in_all
        self._total = 0
        self._holders: dict[Holder, tuple[str, int]] = {}
        self._networks: dict[str, _Network] = {}

    def __len__(self) -> int:
        return len(self._holders)

    @property
    def total(self) -> int:
        """Return how much is held in all."""
        return self._total

    def hold(self, holder: Holder, network: str, amount: int = 1) -> None:
        """Let a holder hold this amount, instead of what it held before; it keeps its age.

        If that is too much, the oldest holders of the network, or of all, are dropped: it may be one of them.
        """
        self._adjust(holder, network, amount)
        shared = self._networks[network]
        while shared.total > self._per_network:
            self._drop(next(iter(shared.holders)))
        while self._total > self._in_all:
            self._drop(next(iter(self._holders)))

    def release(self, holder: Holder) -> None:
        """Let a holder hold nothing more, if it held anything."""
        held = self._holders.pop(holder, None)
        if held is None:
            return
        network, amount = held
        shared = self._networks[network]
        del shared.holders[holder]
        shared.total -= amount
        self._total -= amount
        if not shared.holders:
            del self._networks[network]

    def _adjust(self, holder: Holder, network: str, amount: int) -> None:
        previous = self._holders.get(holder)
        if previous is not None and previous[0] != network:
            self.release(holder)
            previous = None
        change = amount - (previous[1] if previous else 0)
        self._holders[holder] = network, amount
        shared = self._networks.setdefault(network, _Network())
        shared.holders[holder] = None
        shared.total += change
        self._total += change

    def _drop(self, holder: Holder) -> None:
        self.release(holder)
        holder.drop()


class _Network:
    """What the holders of a network hold, and the holders from the oldest to the newest."""

    __slots__ = ("holders", "total")

    def __init__(self) -> None:
        self.holders: dict[Holder, None] = {}
        self.total = 0
