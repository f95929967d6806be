"""Matching of the learning aims in an ILR return with the stored ones."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.imports.entry import AimEntry
from services.imports.stored import StoredAim


@dataclass(slots=True)
class AimChanges:
    """The aims to insert, update and delete so that a learner's stored aims agree with a return."""

    new: list[AimEntry] = field(default_factory=list)
    changed: list[tuple[UUID, AimEntry]] = field(default_factory=list)
    removed: list[UUID] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.removed)


def match_aims(stored: Sequence[StoredAim], entries: Sequence[AimEntry], year: str) -> AimChanges:
    """Compute the changes that bring a learner's stored aims in line with one year's ILR return.

    Aims are matched by SWSupAimId, and the remaining ones by LearnAimRef and LearnStartDate, in the order of the return.
    A stored aim without a match is removed only if it started by the end of the return's year (for example ``2019-20``)
    and did not end before that year began, so that aims of earlier and later years are preserved.
    """
    changes = AimChanges()
    pairs: dict[int, StoredAim] = {}
    unmatched = list(stored)
    for key in (_software_aim_id, _reference_and_start):
        unmatched = _match_by(unmatched, entries, pairs, key)
    for position, entry in enumerate(entries):
        match = pairs.get(position)
        if match is None:
            changes.new.append(entry)
        elif match.values != entry:
            changes.changed.append((match.id, entry))
    changes.removed.extend(aim.id for aim in unmatched if _is_in_year(aim.values, year))
    return changes


def _software_aim_id(aim: AimEntry) -> Hashable:
    return aim.software_aim_id


def _reference_and_start(aim: AimEntry) -> Hashable:
    return aim.reference, aim.start_date


def _match_by(
    stored: list[StoredAim],
    entries: Sequence[AimEntry],
    pairs: dict[int, StoredAim],
    key: Callable[[AimEntry], Hashable],
) -> list[StoredAim]:
    """Pair entries with stored aims that have the same key, in order, and return the unmatched stored aims."""
    by_key: dict[Hashable, list[StoredAim]] = {}
    for aim in stored:
        by_key.setdefault(key(aim.values), []).append(aim)
    matched: set[UUID] = set()
    for position, entry in enumerate(entries):
        candidates = by_key.get(key(entry)) if position not in pairs and key(entry) is not None else None
        if candidates:
            pairs[position] = candidates.pop(0)
            matched.add(pairs[position].id)
    return [aim for aim in stored if aim.id not in matched]


def _is_in_year(aim: AimEntry, year: str) -> bool:
    start_year = int(year[:4])
    start, end = date(start_year, 8, 1), date(start_year + 1, 7, 31)
    return aim.start_date <= end and (aim.actual_end_date is None or aim.actual_end_date >= start)
