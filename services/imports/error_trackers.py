"""Trackers about the errors of an import: opening them for new ones, and adding events where an error is gone or back.

It happens at the end of the import's transaction, and in parts, so that memory does not grow with the number of errors.
What the trackers will hold is prepared in a temporary table before the inboxes and the organisation's counter are locked,
so that members can create trackers meanwhile.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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
from services.kernel.sql import insert_rows
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
_PREPARE = """
CREATE TEMPORARY TABLE prepared_tracker (
  id uuid, position int PRIMARY KEY, learner_id uuid, assignee_id uuid, description text, "values" jsonb,
  error_id uuid, reference text, element text, rule text) ON COMMIT DROP"""
_PREPARED_COLUMNS = {
    "id": "uuid",
    "position": "int",
    "learner_id": "uuid",
    "assignee_id": "uuid",
    "description": "text",
    '"values"': "jsonb",
    "error_id": "uuid",
    "reference": "text",
    "element": "text",
    "rule": "text",
}
_INSERT_TRACKERS = f"""
INSERT INTO tracker (id, organisation_id, number, type_id, type_version_id, learner_id, assignee_id, status, description,
  "values", version, created_at, updated_at)
SELECT id, $1, $2 + position, $3, $4, learner_id, assignee_id, 'NEW', description, "values", 1, $5, $5
FROM prepared_tracker WHERE position > $6 AND position <= $6 + {_PART}"""
_INSERTED = f"""
SELECT * FROM prepared_tracker WHERE position > $1 AND position <= $1 + {_PART} ORDER BY position"""
_MARK_OPENED = f"""
UPDATE imported_error error SET tracker_id = new.id, details = NULL FROM prepared_tracker new
WHERE error.id = new.error_id AND new.position > $1 AND new.position <= $1 + {_PART}"""


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
    form = await _find_form()
    await _prepare(form, report.source, partial(fetch, _WAITING, organisation_id, assignees, assign_to))
    members_to_notify = [row["assignee_id"] for row in await fetch(_ASSIGNEES_OF_CHANGED, organisation_id)]
    await lock_inboxes({*assignees, *members_to_notify})
    await _add_events(organisation_id, report.source)
    await _open(organisation_id, form, count, report)


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


async def _prepare(form: _Form, source: str, waiting: Callable[[UUID], Awaitable[Sequence[Mapping[str, Any]]]]) -> None:
    """Write the trackers to open to the temporary table. ``waiting`` returns the errors after the one with an id."""
    await fetch(_PREPARE)
    position, last = 0, _BEFORE_ALL
    while rows := await waiting(last):
        trackers = [_make_tracker(form, row, source) | {"position": n} for n, row in enumerate(rows, position + 1)]
        await insert_rows("prepared_tracker", _PREPARED_COLUMNS, trackers)
        position, last = position + len(rows), rows[-1]["id"]


async def _open(organisation_id: UUID, form: _Form, count: int, report: ImportReport) -> None:
    """Open the prepared trackers with their events, notifications and email, as ``trackers.create`` does for a member."""
    # Last, as in ``trackers.insert``: while its row is locked, nobody in the organisation can create a tracker.
    (numbers,) = await fetch(_TAKE_NUMBERS, organisation_id, count)
    last_number, created_at = numbers["last_number"], numbers["newest_at"]
    for after in range(0, count, _PART):
        await fetch(_INSERT_TRACKERS, organisation_id, last_number, form.type_id, form.version.id, created_at, after)
        trackers = await fetch(_INSERTED, after)
        await write_system_events([tracker["id"] for tracker in trackers], TrackerEventKind.CREATED)
        recipients = [(tracker["assignee_id"], tracker["id"]) for tracker in trackers if tracker["assignee_id"]]
        await notify_of_several(recipients, NotificationKind.ASSIGNED)
        await fetch(_MARK_OPENED, after)
        for tracker in trackers:
            number = last_number + tracker["position"]
            report.opened.add(ErrorTracker(number, tracker["reference"], tracker["element"], tracker["rule"]))


def _make_tracker(form: _Form, row: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return the columns of the temporary table for a tracker about an error, except its position."""
    details = load_json(row["details"])
    return {
        "id": new_id(),
        "learner_id": row["learner_id"],
        "assignee_id": row["assignee_id"],
        "description": f"{source}, {details['message']}",
        '"values"': dump_json(_values(form, row, details)),
        "error_id": row["id"],
        "reference": row["reference"],
        "element": row["element"],
        "rule": row["rule"],
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
