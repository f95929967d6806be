"""What a process automation changes in a learner's record: its plan, made of the form and the present record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models import Learner, LearningAim
from services.automations.record_fields import RECORD_FIELDS, RecordField, RecordValue
from services.automations.restarts import restarted
from services.automations.rules import touched_aims
from services.forms.definitions import ChoiceField, DecimalField, FieldKind, TypeDefinition
from services.forms.kinds.numbers import plain_text
from services.forms.kinds.types import CanonicalValue
from services.forms.visibility import visible_fields

STATUS = ("status",)
"""Where a change stands that no field of the form says: approving is what asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """One field of the record and what it is to hold.

    ``aim`` is the learning aim that has it; with ``new``, the one after which a new aim is to start, which then
    has it. ``path`` is the input's place that asks for it.
    """

    field: RecordField
    after: RecordValue
    path: tuple[str, ...]
    aim: LearningAim | None = None
    new: bool = False

    @property
    def owner(self) -> str:
        """The row that has the field, in the snapshot's words."""
        return "" if self.aim is None else str(self.aim.id)


Values = Mapping[str, CanonicalValue]


def plan(
    definition: TypeDefinition, values: Values, learner: Learner, aims: Sequence[LearningAim]
) -> list[RecordChange]:
    """Everything that the automation would do now to a learner with these ``aims``, the learner's fields first."""
    found = list(changes_of(definition, values, learner))
    touched = sorted(touched_aims(definition, aims), key=lambda aim: aim.sequence)
    for aim in touched:
        found += changes_of(definition, values, aim)
    for aim in touched:
        found += _new_aim(definition, values, aim)
    return found


def changes_of(definition: TypeDefinition, values: Values, owner: Learner | LearningAim) -> Iterator[RecordChange]:
    """What the effects make of one row: the learner's, or that of an aim."""
    aim = owner if isinstance(owner, LearningAim) else None
    visible = visible_fields(definition, values)
    for name, field in RECORD_FIELDS.items():
        effect = definition.effects.get(name)
        if effect is None or field.of_aim != (aim is not None):
            continue
        if effect.get("keep_if_set") and field.held(owner) is not None:
            continue
        if (asked := _asked(definition, values, visible, effect, field)) is not None:
            after, path = asked
            yield RecordChange(field=field, after=after, path=path, aim=aim)


def _asked(
    definition: TypeDefinition, values: Values, visible: frozenset[str], effect: Mapping[str, Any], target: RecordField
) -> tuple[RecordValue, tuple[str, ...]] | None:
    """What an effect asks for, and where that was entered; None if its field is hidden."""
    if "by" in effect:
        chosen = values.get(effect["by"]) if effect["by"] in visible else None
        if not isinstance(chosen, list) or chosen[0] not in effect:
            return None
        source = effect[chosen[0]]
        if not isinstance(source, Mapping):
            return source, ("values", effect["by"])
        return _asked(definition, values, visible, source, target)
    if "value" in effect:
        return effect["value"], STATUS
    key = effect["field"]
    if key not in visible:
        return None
    return _entered(definition, key, values.get(key), target), ("values", key)


def _entered(definition: TypeDefinition, key: str, value: CanonicalValue | None, target: RecordField) -> RecordValue:
    """A value of the form as the record takes it: the code of a choice as a number where the record has numbers."""
    field = definition.field(key)
    if isinstance(field, ChoiceField) and isinstance(value, list):
        return int(value[0]) if target.kind is FieldKind.INTEGER else value[0]
    if isinstance(field, DecimalField) and isinstance(value, str):
        return plain_text(Decimal(value))
    assert not isinstance(value, list), "the record has no lists"
    return value


def _new_aim(definition: TypeDefinition, values: Values, aim: LearningAim) -> list[RecordChange]:
    """The fields of the aim that starts after a break; the aim of the break stays as it is."""
    if definition.restarts is None or not (new := restarted(definition.restarts, values, aim)):
        return []
    path = ("values", definition.restarts["start"])
    return [
        RecordChange(field=RECORD_FIELDS[name], after=value, path=path, aim=aim, new=True)
        for name, value in new.items()
    ]
