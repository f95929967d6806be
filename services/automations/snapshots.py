"""Snapshots of the record as it was when an automation was entered, and the changes made to it since.

A snapshot is taken whenever the values of a tracker are entered or changed, and is stored in ``Tracker.record_before``.
It maps each record field to its canonical value, and a field of aims to its values by aim id; ``aim.reference`` contains
every aim that the automation would have changed at that time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from models import Learner, LearningAim
from services.automations.aims import affected_aims
from services.automations.plan import RecordChange, Values, changes_to_row, plan_changes
from services.automations.record_fields import RECORD_FIELDS, RecordField, RecordValue
from services.forms.definitions import TypeDefinition
from services.ilr.aims import read_aims

Snapshot: TypeAlias = Mapping[str, Any]

_AIM_REFERENCES = "aim.reference"
# A restart does not change the aims on the break, but is computed from these fields.
_RESTART_SOURCES = ("aim.plannedEndDate", "aim.actualEndDate", "aim.completionStatus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed change, with the field's value in the snapshot and its current one."""

    change: RecordChange
    before: RecordValue
    current: RecordValue

    @property
    def conflict(self) -> bool:
        """Return whether the field has since been changed to a value other than the proposed one."""
        return self.current not in (self.before, self.change.after)

    @property
    def needs_write(self) -> bool:
        """Return whether applying the change writes anything: False if the record already contains the value."""
        return self.change.new or self.current != self.change.after


def snapshot_of(
    definition: TypeDefinition, values: Values, learner: Learner, aims: Sequence[LearningAim]
) -> dict[str, Any] | None:
    """Return the current values of the fields that an automation changes; None if its type changes none."""
    if not definition.effects and definition.restarts is None:
        return None
    target_aims = affected_aims(definition, values, aims)
    snapshot: dict[str, Any] = {}
    if definition.aims:
        snapshot[_AIM_REFERENCES] = {str(aim.id): aim.reference for aim in target_aims}
    for field in _fields(definition):
        if field.is_aim_field:
            snapshot[field.name] = {str(aim.id): field.value_of(aim) for aim in target_aims}
        else:
            snapshot[field.name] = field.value_of(learner)
    return snapshot


async def take_snapshot(definition: TypeDefinition, values: Values, learner: Learner) -> dict[str, Any] | None:
    """Read the learner's aims, and return the snapshot for ``Tracker.record_before``."""
    aims = await read_aims(learner.id) if definition.aims else []
    return snapshot_of(definition, values, learner, aims)


def make_proposals(
    definition: TypeDefinition,
    values: Values,
    learner: Learner,
    aims: Sequence[LearningAim],
    before: Snapshot | None,
) -> list[Proposal]:
    """Return the proposed changes with the values in the snapshot ``before``, or the current ones if it is None.

    These include conflicts in aims that the automation would have changed when the snapshot was taken but no longer
    would, and in the fields from which a restart is computed.
    """
    proposals = [_proposal(change, learner, before) for change in plan_changes(definition, values, learner, aims)]
    if before is not None:
        proposals += _conflicts_of_aims_no_longer_affected(definition, values, aims, before)
        proposals += _conflicts_of_restart(definition, values, aims, before)
    return proposals


def _fields(definition: TypeDefinition) -> Iterator[RecordField]:
    sources = _RESTART_SOURCES if definition.restarts else ()
    return (field for name, field in RECORD_FIELDS.items() if name in definition.effects or name in sources)


def _proposal(change: RecordChange, learner: Learner, before: Snapshot | None) -> Proposal:
    if change.new:
        return Proposal(change=change, before=None, current=None)
    current = change.field.value_of(change.aim or learner)
    return Proposal(change=change, before=_value_before(before, change.field, change.aim, current), current=current)


def _value_before(
    before: Snapshot | None, field: RecordField, aim: LearningAim | None, current: RecordValue
) -> RecordValue:
    """Return a field's value in the snapshot; None for an aim that the automation would not have changed then."""
    if before is None:
        return current
    if aim is None:
        value: RecordValue = before.get(field.name)
        return value
    aim_value: RecordValue = before.get(field.name, {}).get(str(aim.id))
    return aim_value


def _conflicts_of_aims_no_longer_affected(
    definition: TypeDefinition, values: Values, aims: Sequence[LearningAim], before: Snapshot
) -> Iterator[Proposal]:
    """Yield the conflicts in aims that the automation would have changed at the snapshot's time but no longer would."""
    affected_ids = {aim.id for aim in affected_aims(definition, values, aims)}
    aims_by_id = {aim.id: aim for aim in aims}
    for text, reference in before.get(_AIM_REFERENCES, {}).items():
        aim_id = UUID(text)
        if aim_id in affected_ids:
            continue
        # All fields of a deleted aim are empty.
        aim = aims_by_id.get(aim_id) or LearningAim(id=aim_id, reference=reference)
        for change in changes_to_row(definition, values, aim, keeps_end=False):
            current = change.field.value_of(aim)
            proposal = Proposal(
                change=change, before=_value_before(before, change.field, aim, current), current=current
            )
            if proposal.conflict:
                yield proposal


def _conflicts_of_restart(
    definition: TypeDefinition, values: Values, aims: Sequence[LearningAim], before: Snapshot
) -> Iterator[Proposal]:
    """Yield the conflicts in fields from which a restart is computed, and which it does not change itself."""
    if definition.restarts is None:
        return
    aims_by_id = {str(aim.id): aim for aim in aims}
    aim_references: Mapping[str, str] = before.get(_AIM_REFERENCES, {})
    ids = dict.fromkeys([*aim_references, *(str(aim.id) for aim in affected_aims(definition, values, aims))])
    for text in ids:
        aim = aims_by_id.get(text) or LearningAim(id=UUID(text), reference=aim_references.get(text))
        for name in _RESTART_SOURCES:
            field = RECORD_FIELDS[name]
            current = field.value_of(aim)
            previous = _value_before(before, field, aim, current)
            path = ("values", definition.restarts["start"])
            proposal = Proposal(
                change=RecordChange(field=field, after=previous, path=path, aim=aim), before=previous, current=current
            )
            if proposal.conflict:
                yield proposal
