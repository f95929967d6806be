"""Describing an automation's changes to the record, before its approval and after it has been applied."""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import Learner, LearningAim, Tracker, TrackerStatus
from models.base import load_json
from models.database import fetch
from services.automations.plan import RecordChange
from services.automations.snapshots import Proposal, make_proposals
from services.forms.definitions import FieldKind, TypeDefinition
from services.forms.display import names_by_id
from services.kernel.dates import format_date
from services.rows import rows_by_id
from services.tracker_types.transitions import OPEN_STATUSES
from services.tracker_types.versions import versions_by_id
from services.viewer import Viewer

_SELECT_APPLIED_CHANGES = """
SELECT DISTINCT ON (tracker_id) tracker_id, changes FROM tracker_event
WHERE kind = 'APPLIED' AND tracker_id = ANY($1) ORDER BY tracker_id, at DESC, id DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedChange:
    """A change to one record field in words: the value in the snapshot, the new value, and the current one."""

    field: str
    label: str
    before: str | None
    after: str | None
    current: str | None
    conflict: bool


async def proposed_changes(viewer: Viewer, trackers: Sequence[Tracker]) -> list[list[ProposedChange]]:
    """Return the changes that approving each tracker would make; the caller has checked that the viewer sees them.

    For an applied tracker, these are the changes that were made, without conflicts; for a rejected, withdrawn or plain
    one, there are none. The number of statements does not depend on the number of trackers.
    """
    versions = await versions_by_id({tracker.type_version_id for tracker in trackers})
    definitions = {tracker.id: versions[tracker.type_version_id].definition for tracker in trackers}
    automations = [tracker for tracker in trackers if is_automation(definitions[tracker.id])]
    resolved_ids = [tracker.id for tracker in automations if tracker.status == TrackerStatus.RESOLVED]
    applied_changes = await _applied_changes(resolved_ids)
    open_trackers = [tracker for tracker in automations if tracker.status in OPEN_STATUSES]
    proposals = await _proposals(viewer, open_trackers, definitions)
    reference_ids = referenced_ids(itertools.chain.from_iterable(proposals.values()))
    names = await names_by_id(viewer.organisation_id, reference_ids)
    described_changes = {tracker_id: describe_changes(changes, names) for tracker_id, changes in proposals.items()}
    return [described_changes.get(tracker.id) or applied_changes.get(tracker.id, []) for tracker in trackers]


def is_automation(definition: TypeDefinition) -> bool:
    """Return whether applying a tracker of this type changes the learner's record."""
    return bool(definition.effects) or definition.restarts is not None


async def _proposals(
    viewer: Viewer, trackers: Sequence[Tracker], definitions: Mapping[UUID, TypeDefinition]
) -> dict[UUID, list[Proposal]]:
    if not trackers:
        return {}
    ids = list({tracker.learner_id for tracker in trackers})
    learners = {learner.id: learner for learner in await rows_by_id(viewer, Learner, ids) if learner}
    learner_ids_with_aims = {tracker.learner_id for tracker in trackers if definitions[tracker.id].aims}
    aims: dict[UUID, list[LearningAim]] = {}
    for aim in await LearningAim.filter(learner_id__in=learner_ids_with_aims) if learner_ids_with_aims else ():
        aims.setdefault(aim.learner_id, []).append(aim)
    return {
        tracker.id: make_proposals(
            definitions[tracker.id], tracker.values, learner, aims.get(learner.id, ()), tracker.record_before
        )
        for tracker in trackers
        if (learner := learners.get(tracker.learner_id))
    }


async def _applied_changes(tracker_ids: Collection[UUID]) -> dict[UUID, list[ProposedChange]]:
    if not tracker_ids:
        return {}
    events = await fetch(_SELECT_APPLIED_CHANGES, list(tracker_ids))
    return {
        event["tracker_id"]: [
            _applied_change(change) for change in load_json(event["changes"]) if len(change["path"]) > 1
        ]
        for event in events
    }


def _applied_change(change: Mapping[str, Any]) -> ProposedChange:
    return ProposedChange(
        field=".".join(change["path"]),
        label=change["label"],
        before=change["before"],
        after=change["after"],
        current=change["after"],
        conflict=False,
    )


def referenced_ids(proposals: Iterable[Proposal]) -> set[UUID]:
    """Return the ids of the employers and programmes to which proposals refer."""
    return {
        UUID(str(value))
        for proposal in proposals
        if proposal.change.field.kind is FieldKind.REFERENCE
        for value in (proposal.before, proposal.current, proposal.change.after)
        if value is not None
    }


def describe_changes(proposals: Sequence[Proposal], names: Mapping[UUID, str]) -> list[ProposedChange]:
    """Describe proposals in words; ``names`` maps the ids that they refer to (``referenced_ids``) to names."""
    return [
        ProposedChange(
            field=proposal.change.field.name,
            label=_label(proposal.change, proposals),
            before=proposal.change.field.display(proposal.before, names),
            after=proposal.change.field.display(proposal.change.after, names),
            current=proposal.change.field.display(proposal.current, names),
            conflict=proposal.conflict,
        )
        for proposal in proposals
    ]


def _label(change: RecordChange, proposals: Sequence[Proposal]) -> str:
    """Return the label of a field, with the reference of its aim, and the start if two aims share the reference."""
    aim = change.aim
    if aim is None:
        return change.field.label
    changes = (proposal.change for proposal in proposals)
    owner_ids = {other.owner_id for other in changes if other.aim and other.aim.reference == aim.reference}
    details = [aim.reference]
    if change.new:
        details.append("new aim")
    elif len(owner_ids) > 1 and aim.start_date is not None:
        details.append(f"from {format_date(aim.start_date)}")
    return f"{change.field.label} ({', '.join(details)})"
