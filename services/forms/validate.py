"""Validation of an entry against a form, collecting the problems of every field."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import TrackerStatus
from services.forms.definitions import DateField, FieldDefinition, TextField, TypeDefinition
from services.forms.field_results import FieldResult, check_fields
from services.forms.field_visibility import visible_fields
from services.forms.ilr_rules import FormValues, check_ilr_rules
from services.forms.kinds.dates import bounding_fields, check_against_fields
from services.forms.kinds.lookup import Lookup
from services.forms.kinds.types import CanonicalValue, SubmittedValue
from services.forms.patterns import prepare_patterns
from services.kernel.computing import compute
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem
from services.kernel.words import quote_enum

_VALUES_AT_ONCE, _CHARACTERS_AT_ONCE, _CHARACTERS_PER_ENTRY = 200, 20_000, 50
"""The largest entry that is checked within the event loop; it takes some 5 ms."""


@dataclass(frozen=True, slots=True)
class CheckedForm:
    """The result of checking an entry against a form.

    ``values`` has the canonical value of every filled field in form order, including stored values that an update keeps.
    ``cleared`` has the keys of stored values that the entry clears or hides. ``problems`` are in form order, followed by
    those of unknown fields; if there are any, nothing may be written.
    """

    values: Mapping[str, CanonicalValue]
    cleared: tuple[str, ...]
    problems: tuple[Problem, ...]


async def check_form_in_turn(
    definition: TypeDefinition,
    submitted: Sequence[SubmittedValue],
    *,
    lookup: Lookup,
    today: dt.date,
    stored: Mapping[str, CanonicalValue] | None = None,
    status_after: TrackerStatus | None = None,
    on_unit: bool = False,
) -> CheckedForm:
    """Return what ``check_form`` does, outside of the event loop if the entry or the patterns of the form are large."""
    texts = [field for field in definition.fields if isinstance(field, TextField)]
    await prepare_patterns([field.pattern for field in texts if field.pattern])
    options: dict[str, Any] = {"lookup": lookup, "today": today, "stored": stored}
    options |= {"status_after": status_after, "on_unit": on_unit}
    if is_large(submitted):
        return await compute(check_form, definition, submitted, **options)
    return check_form(definition, submitted, **options)


def is_large(submitted: Sequence[SubmittedValue]) -> bool:
    """Return whether checking these values takes so long that others should have their turn meanwhile."""
    if len(submitted) > _VALUES_AT_ONCE:
        return True
    values = [value.value for value in submitted]
    characters = sum([len(value) for value in values if isinstance(value, str)])
    characters += _CHARACTERS_PER_ENTRY * sum([len(value) for value in values if isinstance(value, list)])
    return characters > _CHARACTERS_AT_ONCE


def check_form(
    definition: TypeDefinition,
    submitted: Sequence[SubmittedValue],
    *,
    lookup: Lookup,
    today: dt.date,
    stored: Mapping[str, CanonicalValue] | None = None,
    status_after: TrackerStatus | None = None,
    on_unit: bool = False,
) -> CheckedForm:
    """Check the submitted values of a new tracker, or of an update if ``stored`` values are passed.

    Fields that are ``required`` are checked on creation, when the entry clears them and when it makes them visible.
    Fields that are required for ``status_after``, the tracker's status after the entry, are always checked. An unchanged
    stored value is not checked again, except against a bound by another field that has changed. ``lookup`` has what
    the values refer to (``references.look_up``). ``on_unit`` says whether the learner is on an apprenticeship unit.
    """
    results = check_fields(definition, submitted, lookup=lookup, today=today, stored=stored)
    filled = {key: result.value for key, result in results.items() if result.value is not None}
    entry = _Entry(
        definition=definition,
        results=results,
        visible=visible_fields(definition, filled),
        visible_before=frozenset() if stored is None else visible_fields(definition, stored),
        status_after=status_after,
        on_unit=on_unit,
    )
    values = {key: value for key, value in filled.items() if key in entry.visible}
    cleared = tuple([key for key in results if key in stored and key not in values]) if stored else ()
    errors = ErrorCollector(("values",))
    _check_entry(errors, entry, submitted)
    return CheckedForm(values, cleared, tuple(errors.problems))


@dataclass(slots=True, kw_only=True)
class _Entry:
    """The field results of an entry, with the keys of the fields that are visible after and before it."""

    definition: TypeDefinition
    results: Mapping[str, FieldResult]
    visible: frozenset[str]
    visible_before: frozenset[str]
    status_after: TrackerStatus | None
    on_unit: bool

    def valid_date(self, key: str) -> dt.date | None:
        """Return the date in a visible date field without problems, which can bound other fields, or None."""
        result = self.results.get(key)
        if result is None or result.problems or not isinstance(result.value, str) or key not in self.visible:
            return None
        return dt.date.fromisoformat(result.value) if isinstance(self.definition.field(key), DateField) else None


def _check_entry(errors: ErrorCollector, entry: _Entry, submitted: Sequence[SubmittedValue]) -> None:
    definition, keys = entry.definition, [value.key for value in submitted]
    repeated = {key for key, count in Counter(keys).items() if count > 1} if len(set(keys)) < len(keys) else ()
    ilr_errors = ErrorCollector(errors.path)
    if definition.codes or definition.units:
        check_ilr_rules(ilr_errors, definition, _form_values(entry), on_unit=entry.on_unit)
    for field in definition.fields:
        if field.key in repeated:
            errors.at(field.key).add(ErrorCode.DUPLICATE, f"{field.title} was given more than once.")
        _check_field(errors, entry, field)
        if ilr_errors.problems:
            errors.extend([problem for problem in ilr_errors.problems if problem.path[-1] == field.key])
    for key in dict.fromkeys(keys):
        if key not in entry.results:
            # The path is serialised as JSON, which cannot encode lone surrogates.
            path_key = key.encode(errors="replace").decode()
            errors.at(path_key).add(ErrorCode.UNKNOWN_FIELD, "This form has no such field.")


def _form_values(entry: _Entry) -> FormValues:
    valid = {key: result.value for key, result in entry.results.items() if key in entry.visible and not result.problems}
    changed = frozenset(key for key, result in entry.results.items() if result.changed)
    return FormValues(values={key: value for key, value in valid.items() if value is not None}, changed=changed)


def _check_field(errors: ErrorCollector, entry: _Entry, field: FieldDefinition) -> None:
    result = entry.results[field.key]
    if field.key not in entry.visible:
        if result.submitted and result.filled:
            _add_hidden_error(errors.at(field.key), entry, field)
    elif not result.filled:
        _check_required(errors, entry, field)
    else:
        errors.extend(result.problems)
        if isinstance(field, DateField):
            _check_bounds(errors, entry, field)


def _add_hidden_error(errors: ErrorCollector, entry: _Entry, field: FieldDefinition) -> None:
    condition = field.visible_when
    assert condition is not None, "a hidden field has a condition"
    cause = entry.definition.field(condition.field)
    cause_phrase = f" with this {cause.title}" if cause else ""
    message = f"{field.title} does not belong in this form{cause_phrase}."
    allowed = ", ".join(condition.is_one_of)
    errors.add(ErrorCode.UNKNOWN_FIELD, message, field=condition.field, allowed=allowed)


def _check_required(errors: ErrorCollector, entry: _Entry, field: FieldDefinition) -> None:
    if entry.on_unit and entry.definition.units and field.key in entry.definition.units.not_asked:
        return
    cleared_or_revealed = entry.results[field.key].submitted or field.key not in entry.visible_before
    if field.required and cleared_or_revealed:
        errors.at(field.key).add(ErrorCode.REQUIRED, f"{field.title} is required.")
    elif entry.status_after in field.required_for:
        message = f"{field.title} is required for the status {quote_enum(entry.status_after)}."
        errors.at(field.key).add(ErrorCode.REQUIRED, message)


def _check_bounds(errors: ErrorCollector, entry: _Entry, field: DateField) -> None:
    """Check a date against its bounds by other fields, unless neither the date nor those fields have changed.

    Skip errors with a code that the field already has.
    """
    result, bounding = entry.results[field.key], bounding_fields(field)
    if not bounding or not isinstance(result.value, str):
        return
    dates = {key: day for key in bounding if (day := entry.valid_date(key)) is not None}
    if not result.changed and not any(entry.results[key].changed for key in dates):
        return
    bound_errors = ErrorCollector((*errors.path, field.key))
    check_against_fields(bound_errors, field, dt.date.fromisoformat(result.value), dates, entry.definition)
    codes = {problem.code for problem in result.problems}
    errors.extend([problem for problem in bound_errors.problems if problem.code not in codes])
