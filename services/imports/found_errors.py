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

    @property
    def all_aims(self) -> Sequence[AimEntry]:
        """The learner's aims in the file, as they are stored if they are."""
        stored = {aim.position: aim for aim in self.aims.current}
        return [stored.get(aim.position, aim) for aim in self.entry.aims or ()]


class _FoundError(NamedTuple):
    """An error of a learner, and the learning aim that it is about, if any."""

    problem: EntryProblem
    aim: AimEntry | None

    @property
    def identity(self) -> tuple[str, str]:
        return self.problem.rule or "", self.problem.element or ""

    @property
    def aim_key(self) -> str:
        return _aim_key(self.aim) if self.aim else ""


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
        for written in (self._new, self._changed, self._reopened):
            written.clear()

    def _note_learner(self, item: FoundEntry, rows: Sequence[Mapping[str, Any]]) -> None:
        still_wrong: set[UUID] = set()
        for error in _found_errors(item):
            known = _find(rows, error, item)
            if known is not None:
                still_wrong.add(known["id"])
                self._note_known(item.entry, error, known)
            elif self.opens_trackers:
                identity = dict(zip(_IDENTITY_COLUMNS, (self.organisation_id, rows[0]["learner_id"]), strict=False))
                identity |= {"rule": error.identity[0], "element": error.identity[1], "aim": error.aim_key}
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
            "aim": error.aim.reference or "" if error.aim else "",
            "message": f"{problem.place}: {problem.message}",
        }
        return {"id": row_id, "is_wrong": True, "changed_at": now, "tracker_id": None, "details": dump_json(details)}


def _found_errors(item: FoundEntry) -> Iterator[_FoundError]:
    """Yield each error of a learner that a tracker can be about, but those with the same identity only once."""
    seen: set[tuple[str, ...]] = set()
    for problem in item.entry.problems:
        if problem.severity != Severity.ERROR or problem.element is None:
            continue
        aim = next((aim for aim in item.all_aims if aim.position == problem.aim), None)
        error = _FoundError(problem, aim)
        if (identity := (*error.identity, error.aim_key)) not in seen:
            seen.add(identity)
            yield error


def _aim_key(aim: AimEntry) -> str:
    """Return what identifies an aim: its SWSupAimId, and its LearnAimRef with LearnStartDate, as far as they are right."""
    return f"{aim.software_aim_id or ''}|{_reference_and_start(aim)}"


def _reference_and_start(aim: AimEntry) -> str:
    reference = "?" if "reference" in aim.wrong else aim.reference
    return reference if "start_date" in aim.wrong else f"{reference} {aim.start_date}"


def _find(rows: Sequence[Mapping[str, Any]], error: _FoundError, item: FoundEntry) -> Mapping[str, Any] | None:
    """Return the known error that is the same one, or None."""
    same = [row for row in rows if (row["rule"], row["element"]) == error.identity]
    exact = next((row for row in same if row["aim"] == error.aim_key), None)
    if exact is not None or error.aim is None:
        return exact
    number = error.aim.software_aim_id
    by_number = (row for row in same if number and row["aim"].partition("|")[0] == number)
    return next(by_number, None) or next((row for row in same if _is_about(row, error.aim, item)), None)


def _is_about(row: Mapping[str, Any], aim: AimEntry, item: FoundEntry) -> bool:
    """Return whether a known error is about an aim.

    Software may give an aim another SWSupAimId in another return. So a different one matters only if another aim of the
    learner has it.
    """
    number, _, reference_and_start = row["aim"].partition("|")
    if number and number == aim.software_aim_id:
        return True
    if number and any(number == other.software_aim_id for other in item.all_aims):
        return False
    # Either may have been wrong when the error was found, and be right now.
    return reference_and_start in (_reference_and_start(aim), aim.reference, f"? {aim.start_date}")


def _has_employer_id(entry: LearnerEntry) -> bool:
    """Return whether a table has a right employer's identifier, which may not be stored: the value is the employer."""
    heading = entry.headings.get("employerId")
    return heading is not None and all(problem.place != heading for problem in entry.problems)


def _is_covered(item: FoundEntry, row: Mapping[str, Any]) -> bool:
    """Return whether the file has what a known error is about, so that the error is gone if it was not found."""
    entry = item.entry
    if entry.aims is None:
        return _VALUES.get(row["element"]) in entry.values or (row["element"] == "EmpId" and _has_employer_id(entry))
    return not row["aim"] or any(_is_about(row, aim, item) for aim in item.all_aims)
