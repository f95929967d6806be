"""Describe what a process automation changes in the record, before its approval and after it was applied."""

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

_APPLIED_CHANGES = """
SELECT DISTINCT ON (tracker_id) tracker_id, changes FROM tracker_event
WHERE kind = 'APPLIED' AND tracker_id = ANY($1) ORDER BY tracker_id, at DESC, id DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedChange:
    """One field of the record in words: its value when the automation was entered, its new one, and the present one."""

    field: str
    label: str
    before: str | None
    after: str | None
    current: str | None
    conflict: bool


async def proposed_changes(viewer: Viewer, trackers: Sequence[Tracker]) -> list[list[ProposedChange]]:
    """Return what approving each of the trackers would change; the caller has checked that the viewer sees them.

    For an applied tracker: what was changed then, with nothing in conflict. For a rejected or withdrawn one, and for a
    plain one: nothing. The number of statements does not grow with the trackers.
    """
    versions = await versions_by_id({tracker.type_version_id for tracker in trackers})
    definitions = {tracker.id: versions[tracker.type_version_id].definition for tracker in trackers}
    automations = [tracker for tracker in trackers if is_automation(definitions[tracker.id])]
    resolved = [tracker.id for tracker in automations if tracker.status == TrackerStatus.RESOLVED]
    applied = await _applied_changes(resolved)
    open_trackers = [tracker for tracker in automations if tracker.status in OPEN_STATUSES]
    proposals = await _proposals(viewer, open_trackers, definitions)
    referenced = references(itertools.chain.from_iterable(proposals.values()))
    names = await names_by_id(viewer.organisation_id, referenced)
    described = {tracker_id: describe_changes(some, names) for tracker_id, some in proposals.items()}
    return [described.get(tracker.id) or applied.get(tracker.id, []) for tracker in trackers]


def is_automation(definition: TypeDefinition) -> bool:
    """Return whether applying a tracker with this form changes a record."""
    return bool(definition.effects) or definition.restarts is not None


async def _proposals(
    viewer: Viewer, trackers: Sequence[Tracker], definitions: Mapping[UUID, TypeDefinition]
) -> dict[UUID, list[Proposal]]:
    if not trackers:
        return {}
    ids = list({tracker.learner_id for tracker in trackers})
    learners = {learner.id: learner for learner in await rows_by_id(viewer, Learner, ids) if learner}
    with_aims = {tracker.learner_id for tracker in trackers if definitions[tracker.id].aims}
    aims: dict[UUID, list[LearningAim]] = {}
    for aim in await LearningAim.filter(learner_id__in=with_aims) if with_aims else ():
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
    events = await fetch(_APPLIED_CHANGES, list(tracker_ids))
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


def references(proposals: Iterable[Proposal]) -> set[UUID]:
    """Return the ids of the employers and programmes that proposals name."""
    return {
        UUID(str(value))
        for proposal in proposals
        if proposal.change.field.kind is FieldKind.REFERENCE
        for value in (proposal.before, proposal.current, proposal.change.after)
        if value is not None
    }


def describe_changes(proposals: Sequence[Proposal], names: Mapping[UUID, str]) -> list[ProposedChange]:
    """Return proposals in words; ``names`` are those of what they name (``references``)."""
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
    """Return the label of a field; of an aim with its reference, and with its start if two have the same reference."""
    aim = change.aim
    if aim is None:
        return change.field.label
    changes = (proposal.change for proposal in proposals)
    same_reference = {other.owner for other in changes if other.aim and other.aim.reference == aim.reference}
    details = [aim.reference]
    if change.new:
        details.append("new aim")
    elif len(same_reference) > 1 and aim.start_date is not None:
        details.append(f"from {format_date(aim.start_date)}")
    return f"{change.field.label} ({', '.join(details)})"
