"""The trackers that the system itself opens once an automation has been applied: what somebody still has to do.

A change of name or address and a return to learning remind: the awarding organisation may have to be told.
"""

from models import Tracker, TrackerType, TrackerTypeVersion
from models.base import dump_json, new_id
from models.database import fetch

REMINDING = frozenset({"CHANGE_OF_NAME", "CHANGE_OF_ADDRESS", "RETURN_TO_LEARNING"})

_TYPE = "COMPLIANCE"
_VALUES = {
    "documentKind": ["OTHER"],
    "otherDocument": "Notice to the awarding organisation",
    "issue": ["OUT_OF_DATE"],
}
_WRITE = """
WITH counted AS (
    UPDATE organisation_counter SET trackers = trackers + 1, newest_at = greatest(newest_at, clock_timestamp())
    WHERE organisation_id = $2 RETURNING trackers, newest_at
), written AS (
    INSERT INTO tracker (id, organisation_id, number, type_id, type_version_id, learner_id, status, description,
        "values", version, created_at, updated_at)
    SELECT $1, $2, trackers, $3, $4, $5, 'NEW', $6, $7, 1, newest_at, newest_at FROM counted
    RETURNING id, created_at
)
INSERT INTO tracker_event (id, organisation_id, tracker_id, kind, at, version, changes)
SELECT $8, $2, id, 'CREATED', created_at, 1, '[]' FROM written
"""


async def open_follow_up(applied: Tracker) -> None:
    """Open what the automation reminds of, in the caller's transaction: unassigned, and nobody is told."""
    kind = await TrackerType.get(id=applied.type_id)
    if kind.key not in REMINDING:
        return
    type_ = await TrackerType.get(organisation_id=None, key=_TYPE)
    form = await TrackerTypeVersion.get(type_id=type_.id, version=type_.version)
    description = f"{kind.name} was applied by tracker {applied.number}. Does the awarding organisation have to know?"
    about = (applied.organisation_id, type_.id, form.id, applied.learner_id, description)
    await fetch(_WRITE, new_id(), *about, dump_json(_VALUES), new_id())
