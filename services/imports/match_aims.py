"""Matching of the learning aims in an ILR return with the stored ones."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.ilr.years import first_day, last_day
from services.imports.entry import AIM_FIELDS, AimEntry
from services.imports.stored import StoredAim


@dataclass(slots=True)
class AimChanges:
    """The aims to insert, update and delete so that a learner's stored aims agree with a return.

    ``current`` has the return's aims as they are stored afterwards. ``unusable`` has those that cannot be stored, because
    a value that every stored aim needs is wrong.
    """

    new: list[AimEntry] = field(default_factory=list)
    changed: list[tuple[UUID, AimEntry]] = field(default_factory=list)
    removed: list[UUID] = field(default_factory=list)
    current: list[AimEntry] = field(default_factory=list)
    unusable: list[AimEntry] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.removed)


def match_aims(stored: Sequence[StoredAim], entries: Sequence[AimEntry], year: str) -> AimChanges:
    """Compute the changes that bring a learner's stored aims in line with one year's ILR return.

    Aims are matched by SWSupAimId, and the remaining ones by LearnAimRef and LearnStartDate, in the order of the return.
    If one of these two is wrong, the other decides. A stored aim keeps the values that are wrong in the return.

    A stored aim without a match is removed only if it started by the end of the return's year (for example ``2019-20``)
    and did not end before that year began, so that aims of earlier and later years are preserved. None is removed if the
    return has an aim that cannot be used, as that may be the one.
    """
    changes = AimChanges()
    pairs: dict[int, StoredAim] = {}
    unmatched = list(stored)
    for key, wrong in _KEYS:
        unmatched = _match_by(unmatched, entries, pairs, key, wrong)
    for position, entry in enumerate(entries):
        _add_change(changes, entry, pairs.get(position))
    if not changes.unusable:
        changes.removed.extend(aim.id for aim in unmatched if _is_in_year(aim.values, year))
    return changes


def _add_change(changes: AimChanges, entry: AimEntry, match: StoredAim | None) -> None:
    if match is None and (entry.left_out or not entry.can_be_stored):
        changes.unusable.extend([] if entry.left_out else [entry])
        return
    if match is None:
        current = entry
        changes.new.append(entry)
    else:
        kept = AIM_FIELDS if entry.left_out else entry.wrong
        current = replace(entry, wrong=frozenset(), **{name: getattr(match.values, name) for name in kept})
        if match.values != current:
            changes.changed.append((match.id, current))
    changes.current.append(current)


def _software_aim_id(aim: AimEntry) -> Hashable:
    return aim.software_aim_id


def _reference_and_start(aim: AimEntry) -> Hashable:
    return aim.reference, aim.start_date


def _reference(aim: AimEntry) -> Hashable:
    return aim.reference


def _start(aim: AimEntry) -> Hashable:
    return aim.start_date


# The keys by which aims are matched, one after the other, and what must be wrong in an entry for the key to be used.
_KEYS: tuple[tuple[Callable[[AimEntry], Hashable], frozenset[str]], ...] = (
    (_software_aim_id, frozenset()),
    (_reference_and_start, frozenset()),
    (_reference, frozenset({"start_date"})),
    (_start, frozenset({"reference"})),
)


def _match_by(
    stored: list[StoredAim],
    entries: Sequence[AimEntry],
    pairs: dict[int, StoredAim],
    key: Callable[[AimEntry], Hashable],
    wrong: frozenset[str],
) -> list[StoredAim]:
    """Pair entries with stored aims that have the same key, in order, and return the unmatched stored aims."""
    by_key: dict[Hashable, list[StoredAim]] = {}
    for aim in stored:
        by_key.setdefault(key(aim.values), []).append(aim)
    matched: set[UUID] = set()
    for position, entry in enumerate(entries):
        usable = position not in pairs and key(entry) is not None and wrong <= entry.wrong
        candidates = by_key.get(key(entry)) if usable else None
        if candidates:
            pairs[position] = candidates.pop(0)
            matched.add(pairs[position].id)
    return [aim for aim in stored if aim.id not in matched]


def _is_in_year(aim: AimEntry, year: str) -> bool:
    return aim.start_date <= last_day(year) and (aim.actual_end_date is None or aim.actual_end_date >= first_day(year))
