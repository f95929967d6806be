"""Plan what a process automation changes in a learner's record, from the form's values and the present record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models import Learner, LearningAim
from services.automations.learning_restarts import restart_values
from services.automations.record_fields import RECORD_FIELDS, RecordField, RecordValue
from services.automations.rules import touched_aims
from services.forms.definitions import ChoiceField, DecimalField, FieldKind, TypeDefinition
from services.forms.field_visibility import visible_fields
from services.forms.kinds.numbers import plain_text
from services.forms.kinds.types import CanonicalValue

STATUS_PATH = ("status",)
"""The path of a change that no field of the form asks for: approving does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """One field of the record and its new value.

    ``aim`` is the learning aim that has the field; with ``new`` it is the aim of the break, and the field is one of the
    new aim that follows it. ``path`` is the path of the input that asks for the change.
    """

    field: RecordField
    after: RecordValue
    path: tuple[str, ...]
    aim: LearningAim | None = None
    new: bool = False

    @property
    def owner(self) -> str:
        """Return the row that has the field: an aim's id, or an empty text for the learner."""
        return "" if self.aim is None else str(self.aim.id)


Values = Mapping[str, CanonicalValue]


def plan_changes(
    definition: TypeDefinition, values: Values, learner: Learner, aims: Sequence[LearningAim]
) -> list[RecordChange]:
    """Return all changes to a learner with these ``aims``, the learner's own fields first."""
    changes = list(changes_of(definition, values, learner))
    touched = sorted(touched_aims(definition, aims), key=lambda aim: aim.sequence)
    for aim in touched:
        changes += changes_of(definition, values, aim)
    for aim in touched:
        changes += _new_aim(definition, values, aim)
    return changes


def changes_of(definition: TypeDefinition, values: Values, owner: Learner | LearningAim) -> Iterator[RecordChange]:
    """Yield the changes that the effects make to one row: the learner's, or that of an aim."""
    aim = owner if isinstance(owner, LearningAim) else None
    visible = visible_fields(definition, values)
    for name, field in RECORD_FIELDS.items():
        effect = definition.effects.get(name)
        if effect is None or field.is_aim_field != (aim is not None):
            continue
        if effect.get("keep_if_set") and field.value_of(owner) is not None:
            continue
        if (result := _evaluate(definition, values, visible, effect, field)) is not None:
            after, path = result
            yield RecordChange(field=field, after=after, path=path, aim=aim)


def _evaluate(
    definition: TypeDefinition, values: Values, visible: frozenset[str], effect: Mapping[str, Any], target: RecordField
) -> tuple[RecordValue, tuple[str, ...]] | None:
    """Return the value that an effect sets, and the path where it was entered; None if its field is hidden."""
    if "by" in effect:
        chosen = values.get(effect["by"]) if effect["by"] in visible else None
        if not isinstance(chosen, list) or chosen[0] not in effect:
            return None
        source = effect[chosen[0]]
        if not isinstance(source, Mapping):
            return source, ("values", effect["by"])
        return _evaluate(definition, values, visible, source, target)
    if "value" in effect:
        return effect["value"], STATUS_PATH
    key = effect["field"]
    if key not in visible:
        return None
    return _record_value(definition, key, values.get(key), target), ("values", key)


def _record_value(
    definition: TypeDefinition, key: str, value: CanonicalValue | None, target: RecordField
) -> RecordValue:
    """Return a form's value as the record stores it: the value of a choice as a number if the field has numbers."""
    field = definition.field(key)
    if isinstance(field, ChoiceField) and isinstance(value, list):
        return int(value[0]) if target.kind is FieldKind.INTEGER else value[0]
    if isinstance(field, DecimalField) and isinstance(value, str):
        return plain_text(Decimal(value))
    assert not isinstance(value, list), "the record has no lists"
    return value


def _new_aim(definition: TypeDefinition, values: Values, aim: LearningAim) -> list[RecordChange]:
    """Return the fields of the aim that starts after a break; the aim of the break is not changed."""
    if definition.restarts is None or not (new := restart_values(definition.restarts, values, aim)):
        return []
    path = ("values", definition.restarts["start"])
    return [
        RecordChange(field=RECORD_FIELDS[name], after=value, path=path, aim=aim, new=True)
        for name, value in new.items()
    ]
