"""Which learning aim of a return is which of the database's."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.imports.entry import AimEntry
from services.imports.stored import StoredAim


@dataclass(slots=True)
class AimChanges:
    """What has to be written so that a learner's aims are as the return has them."""

    new: list[AimEntry] = field(default_factory=list)
    changed: list[tuple[UUID, AimEntry]] = field(default_factory=list)
    removed: list[UUID] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.removed)


def match_aims(stored: Sequence[StoredAim], entries: Sequence[AimEntry], year: str) -> AimChanges:
    """Match by SWSupAimId, what is left by LearnAimRef, LearnStartDate and the order in the return.

    A stored aim that the return lacks is removed only if a return of that year (``2019-20``) had to carry it:
    it began before the year's end and had not ended before its beginning. Earlier and later years keep theirs.
    """
    changes = AimChanges()
    pairs: dict[int, StoredAim] = {}
    left = list(stored)
    for key in (_software_id, _aim_and_start):
        left = _pair(left, entries, pairs, key)
    for position, entry in enumerate(entries):
        match = pairs.get(position)
        if match is None:
            changes.new.append(entry)
        elif match.aim != entry:
            changes.changed.append((match.id, entry))
    changes.removed.extend(item.id for item in left if _belongs(item.aim, year))
    return changes


def _software_id(aim: AimEntry) -> Hashable:
    return aim.software_aim_id


def _aim_and_start(aim: AimEntry) -> Hashable:
    return aim.reference, aim.start_date


def _pair(
    stored: list[StoredAim],
    entries: Sequence[AimEntry],
    pairs: dict[int, StoredAim],
    key: Callable[[AimEntry], Hashable],
) -> list[StoredAim]:
    """Pair what has the same key, first with first; answer what was left over."""
    waiting: dict[Hashable, list[StoredAim]] = {}
    for item in stored:
        waiting.setdefault(key(item.aim), []).append(item)
    taken: set[UUID] = set()
    for position, entry in enumerate(entries):
        candidates = waiting.get(key(entry)) if position not in pairs and key(entry) is not None else None
        if candidates:
            pairs[position] = candidates.pop(0)
            taken.add(pairs[position].id)
    return [item for item in stored if item.id not in taken]


def _belongs(aim: AimEntry, year: str) -> bool:
    first = int(year[:4])
    begins, ends = date(first, 8, 1), date(first + 1, 7, 31)
    return aim.start_date <= ends and (aim.actual_end_date is None or aim.actual_end_date >= begins)
