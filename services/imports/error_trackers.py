"""Trackers about the errors of an import: opening them for new ones, and adding events where an error is gone or back.

It happens at the end of the import's transaction, so that the organisation's counter and inboxes are locked briefly, and
in parts, so that memory does not grow with the number of errors.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import MemberKind, NotificationKind, TrackerEventKind, TrackerType, TrackerTypeVersion
from models.base import dump_json, load_json, new_id
from models.database import fetch
from services.accounts.assignees import assignable_condition
from services.forms.kinds.lookup import Lookup
from services.forms.kinds.types import SubmittedValue
from services.forms.validate import check_form
from services.history import write_system_events
from services.imports.report import ErrorTracker, ImportReport, UnknownAssigneeError
from services.kernel.channels import TRACKER_CHANGES, wake_all
from services.kernel.dates import today
from services.kernel.sql import insert_rows, update_rows
from services.kernel.text import normalise_email
from services.notifications.notify import lock_inboxes, notify_of_several
from services.tracker_types.versions import TypeVersion, version_cache

_PART = 500
_BEFORE_ALL = UUID(int=0)
_FROM_THIS_IMPORT = "error.organisation_id = $1 AND error.changed_at = now()"
_NO_VIEWER = "NULL::uuid"  # the system cannot assign trackers to itself

_ASSIGNEES = f"""
SELECT m.id FROM member m
WHERE m.organisation_id = $1 AND {assignable_condition("m", _NO_VIEWER)} AND (m.id = $2 OR m.id IN (
  SELECT learner.tutor_id FROM imported_error error JOIN learner ON learner.id = error.learner_id
  WHERE {_FROM_THIS_IMPORT} AND error.tracker_id IS NULL))
ORDER BY m.id FOR SHARE OF m"""
_ASSIGNEES_OF_CHANGED = f"""
SELECT DISTINCT tracker.assignee_id FROM imported_error error JOIN tracker ON tracker.id = error.tracker_id
WHERE {_FROM_THIS_IMPORT} AND tracker.assignee_id IS NOT NULL"""
_COUNT = f"SELECT count(*) AS count FROM imported_error error WHERE {_FROM_THIS_IMPORT} AND error.tracker_id IS NULL"
_TAKE_NUMBERS = """
UPDATE organisation_counter SET trackers = trackers + $2, newest_at = greatest(newest_at, clock_timestamp())
WHERE organisation_id = $1 RETURNING trackers - $2 AS last_number, newest_at"""
_WAITING = f"""
SELECT error.id, error.rule, error.element, error.details, error.learner_id, learner.reference,
  CASE WHEN learner.tutor_id = ANY($2) THEN learner.tutor_id ELSE $3 END AS assignee_id
FROM imported_error error JOIN learner ON learner.id = error.learner_id
WHERE {_FROM_THIS_IMPORT} AND error.id > $4 AND error.tracker_id IS NULL ORDER BY error.id LIMIT {_PART}"""
_CHANGED = f"""
SELECT error.id, error.is_wrong, tracker.id AS tracker_id, tracker.assignee_id
FROM imported_error error JOIN tracker ON tracker.id = error.tracker_id
WHERE {_FROM_THIS_IMPORT} AND error.id > $2 ORDER BY error.id LIMIT {_PART}"""
_TRACKER_COLUMNS = {
    "id": "uuid",
    "organisation_id": "uuid",
    "number": "int",
    "type_id": "uuid",
    "type_version_id": "uuid",
    "learner_id": "uuid",
    "assignee_id": "uuid",
    "status": "text",
    "description": "text",
    '"values"': "jsonb",
    "version": "int",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class _Form:
    """The tracker type ILR, in its newest version."""

    type_id: UUID
    version: TypeVersion


async def find_assignee(organisation_id: UUID, email: str) -> UUID:
    """Return the id of the active administrator with an email address; raise UnknownAssigneeError if there is none."""
    statement = "SELECT id FROM member WHERE organisation_id = $1 AND email = $2 AND active AND kind = $3"
    rows = await fetch(statement, organisation_id, normalise_email(email), MemberKind.ADMINISTRATOR)
    if not rows:
        raise UnknownAssigneeError
    return rows[0]["id"]  # type: ignore[no-any-return]


async def follow_up_errors(organisation_id: UUID, report: ImportReport, assign_to: UUID | None) -> None:
    """Open a tracker for each new error, and add an event to the trackers of those that are gone or back.

    A tracker is assigned to the learner's tutor if they are an active administrator, or else to ``assign_to``. Must be
    called once, at the end of the import's transaction. Raises UnknownAssigneeError if ``assign_to`` has become
    unassignable.
    """
    count = (await fetch(_COUNT, organisation_id))[0]["count"]
    if not count and not report.gone and not report.back:
        return
    assignees = [row["id"] for row in await fetch(_ASSIGNEES, organisation_id, assign_to)]
    if assign_to is not None and assign_to not in assignees:
        raise UnknownAssigneeError
    members_to_notify = [row["assignee_id"] for row in await fetch(_ASSIGNEES_OF_CHANGED, organisation_id)]
    await lock_inboxes({*assignees, *members_to_notify})
    await _add_events(organisation_id, report.source)
    form = await _find_form()
    # Last, as in ``trackers.insert``: while its row is locked, nobody in the organisation can create a tracker.
    numbers = (await fetch(_TAKE_NUMBERS, organisation_id, count))[0]
    number, last = numbers["last_number"] + 1, _BEFORE_ALL
    while rows := await fetch(_WAITING, organisation_id, assignees, assign_to, last):
        await _open(organisation_id, form, rows, number, numbers["newest_at"], report)
        number, last = number + len(rows), rows[-1]["id"]


async def _find_form() -> _Form:
    type_ = await TrackerType.get(organisation_id=None, key="ILR")
    version = await TrackerTypeVersion.get(type_id=type_.id, version=type_.version)
    return _Form(type_.id, (await version_cache.load([version.id]))[version.id])


async def _add_events(organisation_id: UUID, source: str) -> None:
    """Add an event to the history of each tracker whose error is gone or back, and notify its assignee."""
    last = _BEFORE_ALL
    while rows := await fetch(_CHANGED, organisation_id, last):
        for is_wrong, comment in (
            (False, f"{source} no longer has this error."),
            (True, f"{source} has this error again."),
        ):
            trackers = [row["tracker_id"] for row in rows if row["is_wrong"] == is_wrong]
            await write_system_events(trackers, TrackerEventKind.COMMENTED, comment=comment)
        recipients = [(row["assignee_id"], row["tracker_id"]) for row in rows if row["assignee_id"]]
        await notify_of_several(recipients, NotificationKind.COMMENTED)
        wake_all(TRACKER_CHANGES, [row["tracker_id"] for row in rows])
        last = rows[-1]["id"]


async def _open(
    organisation_id: UUID,
    form: _Form,
    rows: Sequence[Mapping[str, Any]],
    number: int,
    created_at: dt.datetime,
    report: ImportReport,
) -> None:
    """Open a tracker for each row, with its event, notification and email, as ``trackers.create`` does for a member."""
    trackers: list[dict[str, Any]] = []
    for row in rows:
        columns: dict[str, Any] = {"number": number + len(trackers), "created_at": created_at, "updated_at": created_at}
        trackers.append(columns | _make_tracker(organisation_id, form, row, report.source))
        report.opened.add(ErrorTracker(columns["number"], row["reference"], row["element"], row["rule"]))
    await insert_rows("tracker", _TRACKER_COLUMNS, trackers)
    await write_system_events([tracker["id"] for tracker in trackers], TrackerEventKind.CREATED)
    recipients = [(tracker["assignee_id"], tracker["id"]) for tracker in trackers if tracker["assignee_id"]]
    await notify_of_several(recipients, NotificationKind.ASSIGNED)
    opened = [
        {"id": row["id"], "tracker_id": tracker["id"], "details": None}
        for row, tracker in zip(rows, trackers, strict=True)
    ]
    await update_rows("imported_error", {"id": "uuid", "tracker_id": "uuid", "details": "jsonb"}, opened)


def _make_tracker(organisation_id: UUID, form: _Form, row: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return the columns of a tracker about an error, except its number and times."""
    details = load_json(row["details"])
    return {
        "id": new_id(),
        "organisation_id": organisation_id,
        "type_id": form.type_id,
        "type_version_id": form.version.id,
        "learner_id": row["learner_id"],
        "assignee_id": row["assignee_id"],
        "status": "NEW",
        "description": f"{source}, {details['message']}",
        '"values"': dump_json(_values(form, row, details)),
        "version": 1,
    }


def _values(form: _Form, row: Mapping[str, Any], details: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the canonical values of a tracker's form, checked like those that a member enters.

    A value that the form does not accept is left out, such as a wrong reference of the learning aim.
    """
    texts = {
        "ilrYear": details["year"],
        "ilrField": row["element"],
        "aimReference": details["aim"],
        "ruleName": row["rule"],
        "currentValue": " ".join(details["value"].split()),
    }
    submitted = [SubmittedValue(key, "text", text) for key, text in texts.items() if text]
    submitted.append(SubmittedValue("queryKind", "choices", ["VALIDATION_ERROR" if row["rule"] else "MISSING_DATA"]))
    checked = check_form(form.version.definition, submitted, lookup=Lookup(), today=today())
    wrong = {problem.path[1] for problem in checked.problems}
    return {key: value for key, value in checked.values.items() if key not in wrong}
