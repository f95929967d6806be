"""Validation of an entry against a form, collecting the problems of every field."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models import TrackerStatus
from services.forms.definitions import DateField, FieldDefinition, TypeDefinition
from services.forms.field_results import FieldResult, check_fields
from services.forms.field_visibility import visible_fields
from services.forms.ilr_rules import FormValues, check_ilr_rules
from services.forms.kinds.dates import bounding_fields, check_against_fields
from services.forms.kinds.lookup import Lookup
from services.forms.kinds.types import CanonicalValue, SubmittedValue
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem
from services.kernel.words import quote_enum


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
    entry = _build_entry(definition, results, stored, status_after, on_unit=on_unit)
    values = {key: value for key, value in _filled_values(results).items() if key in entry.visible}
    cleared = tuple(key for key in results if stored and key in stored and key not in values)
    errors = ErrorCollector(("values",))
    _check_entry(errors, entry, submitted)
    return CheckedForm(values, cleared, tuple(errors.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """The field results of an entry, with the keys of visible fields and the valid dates that can bound other fields."""

    definition: TypeDefinition
    results: Mapping[str, FieldResult]
    visible: frozenset[str]
    visible_before: frozenset[str]
    dates: Mapping[str, dt.date]
    status_after: TrackerStatus | None
    on_unit: bool


def _filled_values(results: Mapping[str, FieldResult]) -> Mapping[str, CanonicalValue]:
    return {key: result.value for key, result in results.items() if result.value is not None}


def _build_entry(
    definition: TypeDefinition,
    results: Mapping[str, FieldResult],
    stored: Mapping[str, CanonicalValue] | None,
    status_after: TrackerStatus | None,
    *,
    on_unit: bool,
) -> _Entry:
    visible = visible_fields(definition, _filled_values(results))
    return _Entry(
        definition=definition,
        results=results,
        visible=visible,
        visible_before=frozenset() if stored is None else visible_fields(definition, stored),
        dates=_valid_dates(definition, results, visible),
        status_after=status_after,
        on_unit=on_unit,
    )


def _valid_dates(
    definition: TypeDefinition, results: Mapping[str, FieldResult], visible: frozenset[str]
) -> Mapping[str, dt.date]:
    """Return the dates of visible date fields that have no problems, by key."""
    keys = [field.key for field in definition.fields if isinstance(field, DateField) and field.key in visible]
    values = {key: results[key].value for key in keys if not results[key].problems}
    return {key: dt.date.fromisoformat(value) for key, value in values.items() if isinstance(value, str)}


def _check_entry(errors: ErrorCollector, entry: _Entry, submitted: Sequence[SubmittedValue]) -> None:
    counts = Counter([value.key for value in submitted])
    ilr_errors = ErrorCollector(errors.path)
    if entry.definition.codes or entry.definition.units:
        check_ilr_rules(ilr_errors, entry.definition, _form_values(entry), on_unit=entry.on_unit)
    for field in entry.definition.fields:
        field_errors = errors.at(field.key)
        if counts.pop(field.key, 0) > 1:
            field_errors.add(ErrorCode.DUPLICATE, f"{field.title} was given more than once.")
        _check_field(field_errors, entry, field)
        errors.extend([problem for problem in ilr_errors.problems if problem.path == field_errors.path])
    for key in counts:
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
            _add_hidden_error(errors, entry, field)
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
        errors.add(ErrorCode.REQUIRED, f"{field.title} is required.")
    elif entry.status_after in field.required_for:
        message = f"{field.title} is required for the status {quote_enum(entry.status_after)}."
        errors.add(ErrorCode.REQUIRED, message)


def _check_bounds(errors: ErrorCollector, entry: _Entry, field: DateField) -> None:
    """Check a date against its bounds by other fields, unless neither the date nor those fields have changed.

    Skip errors with a code that the field already has.
    """
    result = entry.results[field.key]
    if not isinstance(result.value, str):
        return
    bounding = bounding_fields(field) & entry.dates.keys()
    if not result.changed and not any(entry.results[key].changed for key in bounding):
        return
    bound_errors = ErrorCollector(errors.path)
    check_against_fields(bound_errors, field, dt.date.fromisoformat(result.value), entry.dates, entry.definition)
    codes = {problem.code for problem in result.problems}
    errors.extend(problem for problem in bound_errors.problems if problem.code not in codes)
