"""Opening follow-up trackers for the work that remains after an automation has been applied.

After a change of name or address, or a return to learning, the awarding organisation may have to be informed. An
apprenticeship unit has none.
"""

from models import Tracker, TrackerType, TrackerTypeVersion
from models.base import dump_json, new_id
from services.ilr.units import is_on_unit
from services.kernel.sql import NamedParameterStatement

TYPES_WITH_FOLLOW_UP = frozenset({"CHANGE_OF_NAME", "CHANGE_OF_ADDRESS", "RETURN_TO_LEARNING"})

_FOLLOW_UP_TYPE = "COMPLIANCE"
_VALUES = {
    "documentKind": ["OTHER"],
    "otherDocument": "Notice to the awarding organisation",
    "issue": ["OUT_OF_DATE"],
}
_INSERT_TRACKER = NamedParameterStatement("""
WITH counted AS (
    UPDATE organisation_counter SET trackers = trackers + 1, newest_at = greatest(newest_at, clock_timestamp())
    WHERE organisation_id = :organisation_id RETURNING trackers, newest_at
), inserted AS (
    INSERT INTO tracker (id, organisation_id, number, type_id, type_version_id, learner_id, status, description,
        "values", version, created_at, updated_at)
    SELECT :id, :organisation_id, trackers, :type_id, :type_version_id, :learner_id, 'NEW', :description,
        :values, 1, newest_at, newest_at FROM counted
    RETURNING id, created_at
)
INSERT INTO tracker_event (id, organisation_id, tracker_id, kind, at, version, changes)
SELECT :event_id, :organisation_id, id, 'CREATED', created_at, 1, '[]' FROM inserted
""")


async def open_follow_up(tracker: Tracker) -> None:
    """Open the follow-up tracker of an applied automation, if its type has one, in the caller's transaction.

    None is opened for a learner on an apprenticeship unit. The follow-up has no assignee, and no one is notified of it.
    """
    automation_type = await TrackerType.get(id=tracker.type_id)
    if automation_type.key not in TYPES_WITH_FOLLOW_UP or await is_on_unit(await tracker.learner):
        return
    type_ = await TrackerType.get(organisation_id=None, key=_FOLLOW_UP_TYPE)
    version = await TrackerTypeVersion.get(type_id=type_.id, version=type_.version)
    await _INSERT_TRACKER.fetch(
        id=new_id(),
        organisation_id=tracker.organisation_id,
        type_id=type_.id,
        type_version_id=version.id,
        learner_id=tracker.learner_id,
        description=f"{automation_type.name} was applied by tracker {tracker.number}. "
        "Does the awarding organisation have to know?",
        values=dump_json(_VALUES),
        event_id=new_id(),
    )
