"""Keep the record as it was when an automation was entered, and find what has changed since.

A snapshot is stored in ``Tracker.record_before``. It maps each record field to its value in canonical form, fields of
aims to the value by aim id; ``aim.reference`` has every aim that the automation changed then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from models import Learner, LearningAim
from services.automations.plan import RecordChange, Values, changes_of, plan_changes
from services.automations.record_fields import RECORD_FIELDS, RecordField, RecordValue
from services.automations.rules import touched_aims
from services.forms.definitions import TypeDefinition

Snapshot: TypeAlias = Mapping[str, Any]

_AIM_REFERENCES = "aim.reference"
# A restart does not change the aims of the break, but is computed from these fields of theirs.
_RESTART_SOURCES = ("aim.plannedEndDate", "aim.actualEndDate", "aim.completionStatus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change with the record's value when it was entered, and the present one."""

    change: RecordChange
    before: RecordValue
    current: RecordValue

    @property
    def conflict(self) -> bool:
        """Return whether the record has changed since to another value than the automation sets."""
        return self.current not in (self.before, self.change.after)

    @property
    def writes(self) -> bool:
        """Return whether there is anything to write: not if the record has the value already."""
        return self.change.new or self.current != self.change.after


def snapshot_of(definition: TypeDefinition, learner: Learner, aims: Sequence[LearningAim]) -> dict[str, Any] | None:
    """Return the values of the fields that the automation changes; None if its type changes none."""
    if not definition.effects and definition.restarts is None:
        return None
    touched = touched_aims(definition, aims)
    taken: dict[str, Any] = {}
    if definition.aims:
        taken[_AIM_REFERENCES] = {str(aim.id): aim.reference for aim in touched}
    for field in _fields(definition):
        if field.is_aim_field:
            taken[field.name] = {str(aim.id): field.value_of(aim) for aim in touched}
        else:
            taken[field.name] = field.value_of(learner)
    return taken


async def take_snapshot(definition: TypeDefinition, learner: Learner) -> dict[str, Any] | None:
    """Return the snapshot for ``Tracker.record_before``; it reads the learner's aims."""
    aims = await LearningAim.filter(learner_id=learner.id) if definition.aims else []
    return snapshot_of(definition, learner, aims)


def make_proposals(
    definition: TypeDefinition,
    values: Values,
    learner: Learner,
    aims: Sequence[LearningAim],
    before: Snapshot | None,
) -> list[Proposal]:
    """Return what the automation would change, with the values at entry; without a snapshot these are the present ones.

    An aim that it would have changed then and would not now, because the record has changed, is included if that is a
    conflict; so is what a restart is computed from.
    """
    proposals = [_proposal(change, learner, before) for change in plan_changes(definition, values, learner, aims)]
    if before is not None:
        proposals += _conflicts_of_former_aims(definition, values, aims, before)
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
    """Return the value of a field at entry; None for an aim that would not have been changed then."""
    if before is None:
        return current
    if aim is None:
        value: RecordValue = before.get(field.name)
        return value
    of_aim: RecordValue = before.get(field.name, {}).get(str(aim.id))
    return of_aim


def _conflicts_of_former_aims(
    definition: TypeDefinition, values: Values, aims: Sequence[LearningAim], before: Snapshot
) -> Iterator[Proposal]:
    """Yield the conflicts of aims that the automation would have changed at entry and would not now."""
    touched_now = {aim.id for aim in touched_aims(definition, aims)}
    aims_by_id = {aim.id: aim for aim in aims}
    for text, reference in before.get(_AIM_REFERENCES, {}).items():
        aim_id = UUID(text)
        if aim_id in touched_now:
            continue
        # All fields of a deleted aim are empty.
        aim = aims_by_id.get(aim_id) or LearningAim(id=aim_id, reference=reference)
        for change in changes_of(definition, values, aim):
            current = change.field.value_of(aim)
            proposal = Proposal(
                change=change, before=_value_before(before, change.field, aim, current), current=current
            )
            if proposal.conflict:
                yield proposal


def _conflicts_of_restart(
    definition: TypeDefinition, values: Values, aims: Sequence[LearningAim], before: Snapshot
) -> Iterator[Proposal]:
    """Yield the conflicts of the fields that a restart is computed from, and does not change itself."""
    if definition.restarts is None:
        return
    aims_by_id = {str(aim.id): aim for aim in aims}
    references: Mapping[str, str] = before.get(_AIM_REFERENCES, {})
    ids = dict.fromkeys([*references, *(str(aim.id) for aim in touched_aims(definition, aims))])
    for text in ids:
        aim = aims_by_id.get(text) or LearningAim(id=UUID(text), reference=references.get(text))
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
