"""Planning the changes of a process automation from the values of its form and the learner's current record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models import Learner, LearningAim
from services.automations.learning_restarts import restart_values
from services.automations.record_fields import RECORD_FIELDS, RecordField, RecordValue
from services.automations.rules import affected_aims
from services.forms.definitions import ChoiceField, DecimalField, FieldKind, TypeDefinition
from services.forms.field_visibility import visible_fields
from services.forms.kinds.numbers import plain_text
from services.forms.kinds.types import CanonicalValue

STATUS_PATH = ("status",)
"""The path of a change that is caused by the approval itself and not requested by a field of the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """A new value for one field of the record.

    ``aim`` is the learning aim that has the field. If ``new`` is true, it is the aim on a break, and the field belongs
    to the new aim that follows it. ``path`` is the path of the input that requests the change.
    """

    field: RecordField
    after: RecordValue
    path: tuple[str, ...]
    aim: LearningAim | None = None
    new: bool = False

    @property
    def owner_id(self) -> str:
        """Return the id of the aim that has the field, or an empty string for the learner."""
        return "" if self.aim is None else str(self.aim.id)


Values = Mapping[str, CanonicalValue]


def plan_changes(
    definition: TypeDefinition, values: Values, learner: Learner, aims: Sequence[LearningAim]
) -> list[RecordChange]:
    """Return all changes to a learner and their ``aims``, the learner's own fields first."""
    changes = list(changes_to_row(definition, values, learner))
    target_aims = sorted(affected_aims(definition, aims), key=lambda aim: aim.sequence)
    for aim in target_aims:
        changes += changes_to_row(definition, values, aim)
    for aim in target_aims:
        changes += _new_aim(definition, values, aim)
    return changes


def changes_to_row(definition: TypeDefinition, values: Values, owner: Learner | LearningAim) -> Iterator[RecordChange]:
    """Yield the changes that an automation's effects make to one row, of the learner or of an aim."""
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
    """Return the value that an effect sets and the path where it was entered; None if the effect does not apply."""
    if "by" in effect:
        choice = values.get(effect["by"]) if effect["by"] in visible else None
        if not isinstance(choice, list) or choice[0] not in effect:
            return None
        source = effect[choice[0]]
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
    """Convert a form value to the representation used in the record; choices of coded fields become numbers."""
    field = definition.field(key)
    if isinstance(field, ChoiceField) and isinstance(value, list):
        return int(value[0]) if target.kind is FieldKind.INTEGER else value[0]
    if isinstance(field, DecimalField) and isinstance(value, str):
        return plain_text(Decimal(value))
    assert not isinstance(value, list), "the record has no lists"
    return value


def _new_aim(definition: TypeDefinition, values: Values, aim: LearningAim) -> list[RecordChange]:
    """Return the changes that create the aim following a break; the aim on the break itself is not changed."""
    if definition.restarts is None or not (new := restart_values(definition.restarts, values, aim)):
        return []
    path = ("values", definition.restarts["start"])
    return [
        RecordChange(field=RECORD_FIELDS[name], after=value, path=path, aim=aim, new=True)
        for name, value in new.items()
    ]
