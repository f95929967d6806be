"""Planning the changes of a process automation from the values of its form and the learner's current record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models import Learner, LearningAim
from services.automations.aims import affected_aims, is_standard_programme_aim
from services.automations.learning_restarts import restart_values
from services.automations.record_fields import RECORD_FIELDS, RecordField, RecordValue
from services.forms.definitions import ChoiceField, DecimalField, FieldKind, TypeDefinition
from services.forms.field_visibility import visible_fields
from services.forms.kinds.numbers import plain_text
from services.forms.kinds.types import CanonicalValue
from services.ilr.aims import PROGRAMME_AIM

STATUS_PATH = ("status",)
"""The path of a change that is caused by the approval itself and not requested by a field of the form."""

_END_DATE = "actual_end_date"


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
    target_aims = sorted(affected_aims(definition, values, aims), key=lambda aim: aim.sequence)
    for aim in target_aims:
        changes += changes_to_row(definition, values, aim)
    for aim in target_aims:
        changes += _new_aim(definition, values, aim)
    return changes


def changes_to_row(
    definition: TypeDefinition, values: Values, owner: Learner | LearningAim, *, keeps_end: bool = True
) -> Iterator[RecordChange]:
    """Yield the changes that an automation's effects make to one row, of the learner or of an aim.

    An aim keeps the end date that it has: what ended then did not end again. With ``keeps_end`` false, yield also the
    change of an end date that would not be made.
    """
    aim = owner if isinstance(owner, LearningAim) else None
    form = _Form(definition=definition, values=values, visible=visible_fields(definition, values))
    for name, field in RECORD_FIELDS.items():
        effect = definition.effects.get(name)
        if effect is None or field.is_aim_field != (aim is not None):
            continue
        if keeps_end and field.column == _END_DATE and field.value_of(owner) is not None:
            continue
        if (result := _evaluate(form, effect, field, aim)) is not None:
            after, path = result
            yield RecordChange(field=field, after=after, path=path, aim=aim)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """The values of a form, with the keys of its visible fields."""

    definition: TypeDefinition
    values: Values
    visible: frozenset[str]

    def chosen(self, key: str) -> str | None:
        """Return the choice in a field, or "true" or "false"; None if the field is hidden or not filled."""
        value = self.values.get(key) if key in self.visible else None
        if isinstance(value, bool):
            return "true" if value else "false"
        return value[0] if isinstance(value, list) else None


def _evaluate(
    form: _Form, source: Any, target: RecordField, aim: LearningAim | None, path: tuple[str, ...] = STATUS_PATH
) -> tuple[RecordValue, tuple[str, ...]] | None:
    """Return the value of an effect's source and the path where it was entered; None if the effect does not apply."""
    if not isinstance(source, Mapping):
        return source, path
    if "by" in source:
        choice = form.chosen(source["by"])
        return _evaluate(form, source[choice], target, aim, ("values", source["by"])) if choice in source else None
    if "value" in source:
        return source["value"], STATUS_PATH
    if "field" in source:
        key = source["field"]
        return (_record_value(form, key, target), ("values", key)) if key in form.visible else None
    key = _aim_class(source, aim)
    return _evaluate(form, source[key], target, aim, path) if key in source else None


def _aim_class(source: Mapping[str, Any], aim: LearningAim | None) -> str:
    """Return the key of a source that differs between aims: the narrowest class of this aim that the source has."""
    if aim is None or aim.aim_type != PROGRAMME_AIM:
        return "other_aim"
    if "standard_programme_aim" in source and is_standard_programme_aim(aim):
        return "standard_programme_aim"
    return "programme_aim" if "programme_aim" in source else "other_aim"


def _record_value(form: _Form, key: str, target: RecordField) -> RecordValue:
    """Convert a form value to the representation used in the record; choices of coded fields become numbers."""
    field, value = form.definition.field(key), form.values.get(key)
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
