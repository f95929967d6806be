"""What a process automation would do to the record, as people read it: before its approval, and once it is done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import Learner, LearningAim, Tracker, TrackerStatus
from models.base import load_json
from models.database import fetch
from services.automations.plan import RecordChange
from services.automations.snapshots import Proposal, proposals
from services.forms.definitions import FieldKind, TypeDefinition
from services.forms.display import names_by_id
from services.kernel.dates import format_date
from services.rows import rows_by_id
from services.tracker_types.transitions import OPEN_STATUSES
from services.tracker_types.versions import versions_by_id
from services.viewer import Viewer

_CARRIED_OUT = """
SELECT DISTINCT ON (tracker_id) tracker_id, changes FROM tracker_event
WHERE kind = 'APPLIED' AND tracker_id = ANY($1) ORDER BY tracker_id, at DESC, id DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedChange:
    """One field of the record: what it held when the values were entered, is to hold, and holds now; None: nothing."""

    field: str
    label: str
    before: str | None
    after: str | None
    current: str | None
    conflict: bool


async def proposed_changes(viewer: Viewer, trackers: Sequence[Tracker]) -> list[list[ProposedChange]]:
    """What approving each of the trackers would do; the caller has seen them.

    Of one that was applied: what was done then, with nothing in conflict. Of one that was rejected or taken back,
    and of a plain one: nothing. The number of statements does not grow with the trackers.
    """
    known = await versions_by_id({tracker.type_version_id for tracker in trackers})
    definitions = {tracker.id: known[tracker.type_version_id].definition for tracker in trackers}
    automations = [tracker for tracker in trackers if is_automation(definitions[tracker.id])]
    done = await _carried_out([one.id for one in automations if one.status == TrackerStatus.RESOLVED])
    open_ones = [one for one in automations if one.status in OPEN_STATUSES]
    found = await _compared(viewer, open_ones, definitions)
    names = await names_by_id(viewer.organisation_id, references(item for some in found.values() for item in some))
    told = {tracker_id: worded(some, names) for tracker_id, some in found.items()}
    return [told.get(tracker.id) or done.get(tracker.id, []) for tracker in trackers]


def is_automation(definition: TypeDefinition) -> bool:
    """Whether applying a tracker of this form changes a record."""
    return bool(definition.effects) or definition.restarts is not None


async def _compared(
    viewer: Viewer, trackers: Sequence[Tracker], definitions: Mapping[UUID, TypeDefinition]
) -> dict[UUID, list[Proposal]]:
    if not trackers:
        return {}
    ids = list({tracker.learner_id for tracker in trackers})
    learners = {one.id: one for one in await rows_by_id(viewer, Learner, ids) if one}
    with_aims = {tracker.learner_id for tracker in trackers if definitions[tracker.id].aims}
    aims: dict[UUID, list[LearningAim]] = {}
    for aim in await LearningAim.filter(learner_id__in=with_aims) if with_aims else ():
        aims.setdefault(aim.learner_id, []).append(aim)
    return {
        tracker.id: proposals(
            definitions[tracker.id], tracker.values, learner, aims.get(learner.id, ()), tracker.record_before
        )
        for tracker in trackers
        if (learner := learners.get(tracker.learner_id))
    }


async def _carried_out(tracker_ids: Collection[UUID]) -> dict[UUID, list[ProposedChange]]:
    if not tracker_ids:
        return {}
    records = await fetch(_CARRIED_OUT, list(tracker_ids))
    return {
        record["tracker_id"]: [_done(change) for change in load_json(record["changes"]) if len(change["path"]) > 1]
        for record in records
    }


def _done(change: Mapping[str, Any]) -> ProposedChange:
    return ProposedChange(
        field=".".join(change["path"]),
        label=change["label"],
        before=change["before"],
        after=change["after"],
        current=change["after"],
        conflict=False,
    )


def references(found: Iterable[Proposal]) -> set[UUID]:
    """The ids of the employers and programmes that proposals name."""
    return {
        UUID(str(value))
        for item in found
        if item.change.field.kind is FieldKind.REFERENCE
        for value in (item.before, item.current, item.change.after)
        if value is not None
    }


def worded(found: Sequence[Proposal], names: Mapping[UUID, str]) -> list[ProposedChange]:
    """Proposals in words; ``names`` has those of ``references``."""
    return [
        ProposedChange(
            field=item.change.field.name,
            label=_label(item.change, found),
            before=item.change.field.worded(item.before, names),
            after=item.change.field.worded(item.change.after, names),
            current=item.change.field.worded(item.current, names),
            conflict=item.conflict,
        )
        for item in found
    ]


def _label(change: RecordChange, among: Sequence[Proposal]) -> str:
    """What people read beside a field; of an aim with its reference, and its start where two share the reference."""
    aim = change.aim
    if aim is None:
        return change.field.label
    namesakes = {one.change.owner for one in among if one.change.aim and one.change.aim.reference == aim.reference}
    told = [aim.reference]
    if change.new:
        told.append("new aim")
    elif len(namesakes) > 1 and aim.start_date is not None:
        told.append(f"from {format_date(aim.start_date)}")
    return f"{change.field.label} ({', '.join(told)})"
