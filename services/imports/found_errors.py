"""The errors that an import finds, compared with those that earlier imports found: new, still there, back, or gone.

An error is the same one in every return if the learner, the rule, the ILR's element and the learning aim are the same.
Trackers about new ones are opened at the end of the import, by ``error_trackers``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from models import TrackerStatus
from models.base import dump_json, new_id
from models.database import fetch
from services.imports.entry import AimEntry, LearnerEntry
from services.imports.match_aims import AimChanges
from services.imports.report import EntryProblem, ErrorTracker, ImportReport, Severity
from services.kernel.sql import insert_rows, update_rows

_KNOWN = """
SELECT learner.id AS learner_id, learner.reference, error.id, error.rule, error.element, error.aim, error.is_wrong,
  tracker.number, tracker.status, now() AS now
FROM learner
LEFT JOIN (imported_error error JOIN tracker ON tracker.id = error.tracker_id) ON error.learner_id = learner.id
WHERE learner.organisation_id = $1 AND learner.reference = ANY($2)"""
_CHANGED_COLUMNS = {"id": "uuid", "is_wrong": "boolean", "changed_at": "timestamptz"}
_REOPENED_COLUMNS = _CHANGED_COLUMNS | {"tracker_id": "uuid", "details": "jsonb"}
_IDENTITY_COLUMNS = {"organisation_id": "uuid", "learner_id": "uuid", "rule": "text", "element": "text", "aim": "text"}
# The values of a CSV file that hold elements of the ILR. A file says nothing of an error in what it does not contain.
_VALUES = {
    "ULN": "uln",
    "FamilyName": "family_name",
    "GivenNames": "given_names",
    "Postcode": "postcode",
    "AddLine1": "address_line1",
    "AddLine2": "address_line2",
    "AddLine3": "address_line3",
    "AddLine4": "address_line4",
}
_MAX_VALUE = 200  # characters, as the tracker's form allows


class FoundEntry(NamedTuple):
    """A learner of a file who was not refused, with the changes to their aims."""

    entry: LearnerEntry
    aims: AimChanges


class _FoundError(NamedTuple):
    """An error of a learner. ``aim_keys`` identify its learning aim, the most specific first; an empty one is none."""

    problem: EntryProblem
    aim_keys: tuple[str, ...]
    aim_reference: str

    @property
    def identity(self) -> tuple[str, str]:
        return self.problem.rule or "", self.problem.element or ""


@dataclass(slots=True)
class ErrorNotes:
    """Notes the errors of an import, batch by batch; new ones only if ``opens_trackers`` is set."""

    organisation_id: UUID
    report: ImportReport
    opens_trackers: bool
    _year: str = ""
    _new: list[dict[str, Any]] = field(default_factory=list)
    _changed: list[dict[str, Any]] = field(default_factory=list)
    _reopened: list[dict[str, Any]] = field(default_factory=list)

    async def note(self, found: Sequence[FoundEntry], *, year: str) -> None:
        """Compare the errors of a batch, whose learners have been written, with the known ones.

        ``year`` is the ILR year that trackers about them have, such as ``2026-27``.
        """
        self._year = year
        rows: dict[str, list[Mapping[str, Any]]] = {}
        for row in await fetch(_KNOWN, self.organisation_id, [item.entry.reference for item in found]):
            rows.setdefault(row["reference"], []).append(row)
        for item in found:
            self._note_learner(item, rows[item.entry.reference])
        await insert_rows("imported_error", _IDENTITY_COLUMNS | _REOPENED_COLUMNS, self._new)
        await update_rows("imported_error", _CHANGED_COLUMNS, self._changed)
        await update_rows("imported_error", _REOPENED_COLUMNS, self._reopened)
        for rows_ in (self._new, self._changed, self._reopened):
            rows_.clear()

    def _note_learner(self, item: FoundEntry, rows: Sequence[Mapping[str, Any]]) -> None:
        still_wrong: set[UUID] = set()
        for error in _found_errors(item):
            known = _find(rows, error)
            if known is not None:
                still_wrong.add(known["id"])
                self._note_known(item.entry, error, known)
            elif self.opens_trackers:
                identity = dict(zip(_IDENTITY_COLUMNS, (self.organisation_id, rows[0]["learner_id"]), strict=False))
                identity |= {"rule": error.identity[0], "element": error.identity[1], "aim": error.aim_keys[0]}
                self._new.append(identity | self._waiting(error, new_id(), rows[0]["now"]))
        for row in rows:
            if row["id"] and row["is_wrong"] and row["id"] not in still_wrong and _is_covered(item, row):
                self.report.gone += 1
                self._changed.append({"id": row["id"], "is_wrong": False, "changed_at": row["now"]})

    def _note_known(self, entry: LearnerEntry, error: _FoundError, known: Mapping[str, Any]) -> None:
        """Note an error that has a tracker: it is back, or still there although the tracker has been dealt with."""
        if known["is_wrong"]:
            if known["status"] != TrackerStatus.NEW:
                rule, element = error.identity
                self.report.unresolved.add(ErrorTracker(known["number"], entry.reference, element, rule))
        elif known["status"] == TrackerStatus.NEW:
            self.report.back += 1
            self._changed.append({"id": known["id"], "is_wrong": True, "changed_at": known["now"]})
        elif self.opens_trackers:
            self._reopened.append(self._waiting(error, known["id"], known["now"]))

    def _waiting(self, error: _FoundError, row_id: UUID, now: object) -> dict[str, Any]:
        """Return the columns of an error that waits for its tracker."""
        problem = error.problem
        details = {
            "year": self._year[2:],
            "value": problem.value[:_MAX_VALUE],
            "aim": error.aim_reference,
            "message": f"{problem.place}: {problem.message}",
        }
        return {"id": row_id, "is_wrong": True, "changed_at": now, "tracker_id": None, "details": dump_json(details)}


def _found_errors(item: FoundEntry) -> Iterator[_FoundError]:
    """Yield each error of a learner that a tracker can be about, but those with the same identity only once."""
    seen: set[tuple[str, ...]] = set()
    for problem in item.entry.problems:
        if problem.severity != Severity.ERROR or problem.element is None:
            continue
        aim = _aim_at(item, problem.aim)
        keys = ("",) if aim is None else _aim_keys(aim)
        error = _FoundError(problem, keys, aim.reference or "" if aim else "")
        if (identity := (*error.identity, keys[0])) not in seen:
            seen.add(identity)
            yield error


def _aim_at(item: FoundEntry, position: int | None) -> AimEntry | None:
    """Return the aim at a position, as it is stored now if it is."""
    aims: list[AimEntry] = [*item.aims.current, *(item.entry.aims or ())]
    return next((aim for aim in aims if aim.position == position), None)


def _aim_keys(aim: AimEntry) -> tuple[str, ...]:
    """Return what identifies an aim, the most specific first: SWSupAimId, or LearnAimRef with LearnStartDate."""
    has_reference, has_start = "reference" not in aim.wrong, "start_date" not in aim.wrong
    keys = [aim.software_aim_id or ""]
    if has_reference and has_start:
        keys.append(f"{aim.reference} {aim.start_date}")
    keys.append(aim.reference if has_reference else f"? {aim.start_date if has_start else ''}".strip())
    return tuple(key for key in keys if key)


def _find(rows: Sequence[Mapping[str, Any]], error: _FoundError) -> Mapping[str, Any] | None:
    """Return the known error that is the same one, or None."""
    for key in error.aim_keys:
        for row in rows:
            if (row["rule"], row["element"], row["aim"]) == (*error.identity, key):
                return row
    return None


def _is_covered(item: FoundEntry, row: Mapping[str, Any]) -> bool:
    """Return whether the file has what a known error is about, so that the error is gone if it was not found."""
    if item.entry.aims is None:
        return _VALUES.get(row["element"]) in item.entry.values
    aims = (*item.aims.current, *item.entry.aims)
    return not row["aim"] or any(row["aim"] in _aim_keys(aim) for aim in aims)
