"""What the rules of automations are checked against: the values of the form, and the learner's aims."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from models import LearningAim
from services.automations.aims import ProgrammeKind, affected_aims
from services.forms.definitions import DateField, FieldDefinition, TypeDefinition


@dataclass(frozen=True, kw_only=True)
class RecordCheck:
    """An automation with canonical ``values``, all ``aims`` of its learner, and the kind of the learner's programme."""

    definition: TypeDefinition
    values: Mapping[str, Any]
    aims: Sequence[LearningAim]
    programme_kind: ProgrammeKind

    @cached_property
    def affected_aims(self) -> Sequence[LearningAim]:
        """The aims that the automation changes."""
        return affected_aims(self.definition, self.values, self.aims)

    def source_field(self, record_field: str) -> str | None:
        """Return the key of the field that sets a record field, or sets it in programme aims; None if no field does."""
        effect = self.definition.effects.get(record_field, {})
        key: str | None = effect.get("programme_aim", effect).get("field")
        return key

    def date(self, key: str | None) -> dt.date | None:
        """Return the date that was entered in a field, or None if there is no such date field or it is empty."""
        field = self.definition.field(key) if key is not None else None
        if not isinstance(field, DateField) or field.key not in self.values:
            return None
        return dt.date.fromisoformat(self.values[field.key])

    def choice(self, key: str) -> str | None:
        """Return the value that was chosen in a field with a single choice, or None."""
        chosen = self.values.get(key)
        return chosen[0] if isinstance(chosen, list) else None

    def field(self, key: str) -> FieldDefinition:
        """Return a field that the type is known to have."""
        field = self.definition.field(key)
        assert field is not None, "rules are named by types with their fields"
        return field

    def label(self, key: str) -> str:
        """Return a field's label, in quotation marks."""
        return self.field(key).title
