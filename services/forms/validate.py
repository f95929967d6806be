"""The check of an entry against the form of its type: every field, and all problems together."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from models import TrackerStatus
from services.forms.definitions import DateField, FieldDefinition, TypeDefinition
from services.forms.field_results import FieldResult, check_fields
from services.forms.field_visibility import visible_fields
from services.forms.kinds.dates import bounding_fields, check_against_fields
from services.forms.kinds.lookup import UploadScope
from services.forms.kinds.types import CanonicalValue, SubmittedValue
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem


@dataclass(frozen=True, slots=True)
class CheckedForm:
    """The result of checking an entry against a form.

    ``values``: every filled field in its canonical form, in form order; of an update also the stored ones that
    stay. ``cleared``: the stored fields that the entry empties or hides. ``problems``: all of them, in form
    order, those of unknown fields last; where there are any, nothing may be written.
    """

    values: Mapping[str, CanonicalValue]
    cleared: tuple[str, ...]
    problems: tuple[Problem, ...]


async def check_form(
    definition: TypeDefinition,
    submitted: Sequence[SubmittedValue],
    *,
    organisation_id: UUID,
    today: dt.date,
    stored: Mapping[str, CanonicalValue] | None = None,
    entering: TrackerStatus | None = None,
    uploads: UploadScope | None = None,
) -> CheckedForm:
    """Check what was submitted: on creation, or against what is ``stored``.

    ``required`` is checked on creation, of a field that the entry empties and of one that it makes visible; what is
    required for the status that the tracker will have afterwards, ``entering``, always. A stored value that stays the
    same is not checked again, but for bounds whose other side has changed. ``uploads`` says which files may be named;
    without it, none.
    """
    results = await check_fields(
        definition, submitted, organisation_id=organisation_id, today=today, stored=stored, uploads=uploads
    )
    entry = _entry(definition, results, stored, entering)
    values = {key: value for key, value in _filled(results).items() if key in entry.visible}
    cleared = tuple(key for key in results if stored and key in stored and key not in values)
    errors = ErrorCollector(("values",))
    _check(errors, entry, submitted)
    return CheckedForm(values, cleared, tuple(errors.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """An entry with the results of its fields; ``dates`` are those that can bound others, by the fields' keys."""

    definition: TypeDefinition
    results: Mapping[str, FieldResult]
    visible: frozenset[str]
    visible_before: frozenset[str]
    dates: Mapping[str, dt.date]
    entering: TrackerStatus | None


def _filled(results: Mapping[str, FieldResult]) -> Mapping[str, CanonicalValue]:
    return {key: result.value for key, result in results.items() if result.value is not None}


def _entry(
    definition: TypeDefinition,
    results: Mapping[str, FieldResult],
    stored: Mapping[str, CanonicalValue] | None,
    entering: TrackerStatus | None,
) -> _Entry:
    visible = visible_fields(definition, _filled(results))
    return _Entry(
        definition=definition,
        results=results,
        visible=visible,
        visible_before=frozenset() if stored is None else visible_fields(definition, stored),
        dates=_valid_dates(definition, results, visible),
        entering=entering,
    )


def _valid_dates(
    definition: TypeDefinition, results: Mapping[str, FieldResult], visible: frozenset[str]
) -> Mapping[str, dt.date]:
    """Return the dates that are visible, filled, and valid by themselves."""
    keys = [field.key for field in definition.fields if isinstance(field, DateField) and field.key in visible]
    values = {key: results[key].value for key in keys if not results[key].problems}
    return {key: dt.date.fromisoformat(value) for key, value in values.items() if isinstance(value, str)}


def _check(errors: ErrorCollector, entry: _Entry, submitted: Sequence[SubmittedValue]) -> None:
    counts = Counter(value.key for value in submitted)
    for field in entry.definition.fields:
        field_errors = errors.at(field.key)
        if counts.pop(field.key, 0) > 1:
            field_errors.add(ErrorCode.DUPLICATE, f"{field.label} was given more than once.")
        _check_field(field_errors, entry, field)
    for key in counts:
        # The path goes into JSON, which has no lone surrogates.
        path_key = key.encode(errors="replace").decode()
        errors.at(path_key).add(ErrorCode.UNKNOWN_FIELD, "This form has no such field.")


def _check_field(errors: ErrorCollector, entry: _Entry, field: FieldDefinition) -> None:
    result = entry.results[field.key]
    if field.key not in entry.visible:
        if result.given and result.filled:
            _add_hidden(errors, entry, field)
    elif not result.filled:
        _check_required(errors, entry, field)
    else:
        errors.extend(result.problems)
        if isinstance(field, DateField):
            _check_bounds(errors, entry, field)


def _add_hidden(errors: ErrorCollector, entry: _Entry, field: FieldDefinition) -> None:
    condition = field.visible_when
    assert condition is not None, "only a condition hides a field"
    cause = entry.definition.field(condition.field)
    because = f" with this {cause.label}" if cause else ""
    message = f"{field.label} does not belong in this form{because}."
    allowed = ", ".join(condition.is_one_of)
    errors.add(ErrorCode.UNKNOWN_FIELD, message, field=condition.field, allowed=allowed)


def _check_required(errors: ErrorCollector, entry: _Entry, field: FieldDefinition) -> None:
    emptied_or_new = entry.results[field.key].given or field.key not in entry.visible_before
    if field.required and emptied_or_new:
        errors.add(ErrorCode.REQUIRED, f"{field.label} is required.")
    elif entry.entering in field.required_for:
        status = entry.entering.capitalize()
        errors.add(ErrorCode.REQUIRED, f"{field.label} is required for the status {status}.")


def _check_bounds(errors: ErrorCollector, entry: _Entry, field: DateField) -> None:
    """Check the bounds by other fields, unless neither side has changed; an error of the same code is not repeated."""
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
