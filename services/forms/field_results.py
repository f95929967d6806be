"""Validation of each field of a form on its own, merging submitted values with stored ones."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.forms.definitions import BooleanField, FieldDefinition, TypeDefinition
from services.forms.kinds.lookup import Lookup
from services.forms.kinds.table import KINDS
from services.forms.kinds.types import CanonicalValue, CheckContext, SubmittedValue
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem


@dataclass(slots=True)  # one is made for each field of an entry, and a frozen one takes three times as long
class FieldResult:
    """The state of a field after an entry: its value, even if invalid, and the problems found.

    ``submitted`` is true if the entry has the field's key, ``changed`` if the value differs from the stored one.
    """

    value: CanonicalValue | None
    problems: Sequence[Problem] = ()
    submitted: bool = False
    changed: bool = False

    @property
    def filled(self) -> bool:
        """Whether the field has a value, valid or not."""
        return self.value is not None or bool(self.problems)


_EMPTY = FieldResult(None)


def check_fields(
    definition: TypeDefinition,
    submitted: Sequence[SubmittedValue],
    *,
    lookup: Lookup,
    today: dt.date,
    stored: Mapping[str, CanonicalValue] | None,
) -> Mapping[str, FieldResult]:
    """Return the result of every field by key, in form order. If a key was submitted twice, its first value is used.

    ``lookup`` has what the values refer to.
    """
    values: dict[str, SubmittedValue] = {}
    for value in submitted:
        values.setdefault(value.key, value)
    by_year = frozenset(check.field for check in definition.codes)
    context = CheckContext(today=today, lookup=lookup, fields_by_year=by_year)
    return {field.key: _field_result(field, values.get(field.key), stored, context) for field in definition.fields}


def _field_result(
    field: FieldDefinition,
    submitted: SubmittedValue | None,
    stored: Mapping[str, CanonicalValue] | None,
    context: CheckContext,
) -> FieldResult:
    stored_value = None if stored is None else stored.get(field.key)
    submission = submitted or (_default(field) if stored is None else None)
    if submission is None:
        return _EMPTY if stored_value is None else FieldResult(stored_value)
    errors = ErrorCollector(("values", field.key))
    value = _check(errors, field, submission, context)
    if stored_value is not None and value == stored_value:
        return FieldResult(stored_value, submitted=True)
    return FieldResult(value, errors.problems, submitted=submitted is not None, changed=True)


def _default(field: FieldDefinition) -> SubmittedValue | None:
    if isinstance(field, BooleanField) and field.default is not None:
        return SubmittedValue(field.key, KINDS[field.kind].slot, field.default)
    return None


def _check(
    errors: ErrorCollector, field: FieldDefinition, submitted: SubmittedValue, context: CheckContext
) -> CanonicalValue | None:
    kind = KINDS[field.kind]
    if submitted.slot is None:
        return None
    if submitted.slot != kind.slot:
        errors.add(ErrorCode.WRONG_KIND, f"{field.title} takes {kind.accepted_value}.", allowed=kind.slot)
        return None
    return kind.check(errors, field, submitted.value, context)
