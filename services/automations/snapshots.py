"""What a record held when an automation's values were entered, and whether it has changed since.

A snapshot is ``Tracker.record_before``: record field → what it held, of an aim's field aim id → what it held, in
canonical form. ``aim.reference`` names every aim that the automation touched then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from models import Learner, LearningAim
from services.automations.plan import RecordChange, Values, changes_of, plan
from services.automations.record_fields import RECORD_FIELDS, RecordField, RecordValue
from services.automations.rules import touched_aims
from services.forms.definitions import TypeDefinition

Snapshot: TypeAlias = Mapping[str, Any]

_KNOWN_AIMS = "aim.reference"
# A restart leaves the aims of the break as they are, and rests on these fields of theirs.
_RESTS_ON = ("aim.plannedEndDate", "aim.actualEndDate", "aim.completionStatus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change with what the record held at entry, and what it holds now."""

    change: RecordChange
    before: RecordValue
    current: RecordValue

    @property
    def conflict(self) -> bool:
        """Whether the record has changed since, to something else than the automation makes of it."""
        return self.current not in (self.before, self.change.after)

    @property
    def writes(self) -> bool:
        """Whether there is anything to write: not where the record holds it already."""
        return self.change.new or self.current != self.change.after


def snapshot_of(definition: TypeDefinition, learner: Learner, aims: Sequence[LearningAim]) -> dict[str, Any] | None:
    """What the fields hold that the automation touches; None of a type that touches none."""
    if not definition.effects and definition.restarts is None:
        return None
    touched = touched_aims(definition, aims)
    found: dict[str, Any] = {_KNOWN_AIMS: {str(aim.id): aim.reference for aim in touched}} if definition.aims else {}
    for field in _fields(definition):
        found[field.name] = {str(aim.id): field.held(aim) for aim in touched} if field.of_aim else field.held(learner)
    return found


async def snapshot(definition: TypeDefinition, learner: Learner) -> dict[str, Any] | None:
    """What ``Tracker.record_before`` keeps when values are entered."""
    aims = await LearningAim.filter(learner_id=learner.id) if definition.aims else []
    return snapshot_of(definition, learner, aims)


def proposals(
    definition: TypeDefinition,
    values: Values,
    learner: Learner,
    aims: Sequence[LearningAim],
    before: Snapshot | None,
) -> list[Proposal]:
    """What the automation would do, beside what was there at entry; without a snapshot that is what is there now.

    An aim that it would have touched then and would not now, because the record moved on, is among them if that
    is a conflict; so is what a restart rests on.
    """
    found = [_proposal(change, learner, before) for change in plan(definition, values, learner, aims)]
    if before is not None:
        found += _moved_on(definition, values, aims, before)
        found += _rested_on(definition, values, aims, before)
    return found


def _fields(definition: TypeDefinition) -> Iterator[RecordField]:
    rests_on = _RESTS_ON if definition.restarts else ()
    return (field for name, field in RECORD_FIELDS.items() if name in definition.effects or name in rests_on)


def _proposal(change: RecordChange, learner: Learner, before: Snapshot | None) -> Proposal:
    if change.new:
        return Proposal(change=change, before=None, current=None)
    current = change.field.held(change.aim or learner)
    return Proposal(change=change, before=_held_before(before, change.field, change.aim, current), current=current)


def _held_before(
    before: Snapshot | None, field: RecordField, aim: LearningAim | None, current: RecordValue
) -> RecordValue:
    """What a field held at entry; of an aim that was not touched then, nothing."""
    if before is None:
        return current
    if aim is None:
        value: RecordValue = before.get(field.name)
        return value
    of_aim: RecordValue = before.get(field.name, {}).get(str(aim.id))
    return of_aim


def _moved_on(
    definition: TypeDefinition, values: Values, aims: Sequence[LearningAim], before: Snapshot
) -> Iterator[Proposal]:
    """The conflicts of aims that the automation would have touched at entry and would not now."""
    now = {aim.id for aim in touched_aims(definition, aims)}
    there = {aim.id: aim for aim in aims}
    for text, reference in before.get(_KNOWN_AIMS, {}).items():
        aim_id = UUID(text)
        if aim_id in now:
            continue
        # Of one that is gone, every field holds nothing.
        aim = there.get(aim_id) or LearningAim(id=aim_id, reference=reference)
        for change in changes_of(definition, values, aim):
            current = change.field.held(aim)
            proposal = Proposal(change=change, before=_held_before(before, change.field, aim, current), current=current)
            if proposal.conflict:
                yield proposal


def _rested_on(
    definition: TypeDefinition, values: Values, aims: Sequence[LearningAim], before: Snapshot
) -> Iterator[Proposal]:
    """The conflicts of what a restart rests on: it leaves these fields as they are, and they have changed."""
    if definition.restarts is None:
        return
    there = {str(aim.id): aim for aim in aims}
    known: Mapping[str, str] = before.get(_KNOWN_AIMS, {})
    ids = dict.fromkeys([*known, *(str(aim.id) for aim in touched_aims(definition, aims))])
    for text in ids:
        aim = there.get(text) or LearningAim(id=UUID(text), reference=known.get(text))
        for name in _RESTS_ON:
            field = RECORD_FIELDS[name]
            current = field.held(aim)
            held = _held_before(before, field, aim, current)
            path = ("values", definition.restarts["start"])
            proposal = Proposal(
                change=RecordChange(field=field, after=held, path=path, aim=aim), before=held, current=current
            )
            if proposal.conflict:
                yield proposal
