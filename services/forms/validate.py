"""The check of an entry against the form of its type: every field, and all problems together."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from models import TrackerStatus
from services.forms.answers import FieldResult, check_fields
from services.forms.definitions import DateField, FieldDefinition, TypeDefinition
from services.forms.kinds import CanonicalValue, SubmittedValue, Uploads
from services.forms.kinds import problem as problem_at
from services.forms.kinds.dates import bounding_fields, check_against_fields
from services.forms.visibility import visible_fields
from services.kernel.errors import ErrorCode, Problem


@dataclass(frozen=True, slots=True)
class CheckedForm:
    """What an entry comes to.

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
    uploads: Uploads | None = None,
) -> CheckedForm:
    """Check what was submitted: on creation, or against what is ``stored``.

    ``required`` is asked on creation, of a field that the entry empties and of one that it brings into sight;
    what is required for the status that the tracker will have afterwards, ``entering``, is always asked.
    A stored value that stays the same is not judged again, but for bounds whose other side has changed.
    ``uploads`` says which files may be named; without it, none.
    """
    answers = await check_fields(
        definition, submitted, organisation_id=organisation_id, today=today, stored=stored, uploads=uploads
    )
    entry = _entry(definition, answers, stored, entering)
    values = {key: value for key, value in _filled(answers).items() if key in entry.visible}
    cleared = tuple(key for key in answers if stored and key in stored and key not in values)
    return CheckedForm(values, cleared, _problems(entry, submitted))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    definition: TypeDefinition
    answers: Mapping[str, FieldResult]
    visible: frozenset[str]
    visible_before: frozenset[str]
    days: Mapping[str, dt.date]
    entering: TrackerStatus | None


def _filled(answers: Mapping[str, FieldResult]) -> Mapping[str, CanonicalValue]:
    return {key: answer.value for key, answer in answers.items() if answer.value is not None}


def _entry(
    definition: TypeDefinition,
    answers: Mapping[str, FieldResult],
    stored: Mapping[str, CanonicalValue] | None,
    entering: TrackerStatus | None,
) -> _Entry:
    visible = visible_fields(definition, _filled(answers))
    return _Entry(
        definition=definition,
        answers=answers,
        visible=visible,
        visible_before=frozenset() if stored is None else visible_fields(definition, stored),
        days=_days(definition, answers, visible),
        entering=entering,
    )


def _days(
    definition: TypeDefinition, answers: Mapping[str, FieldResult], visible: frozenset[str]
) -> Mapping[str, dt.date]:
    """The days that can bound others: visible, filled, and right by themselves."""
    keys = [field.key for field in definition.fields if isinstance(field, DateField) and field.key in visible]
    right = {key: answers[key].value for key in keys if not answers[key].checked.problems}
    return {key: dt.date.fromisoformat(value) for key, value in right.items() if isinstance(value, str)}


def _problems(entry: _Entry, submitted: Sequence[SubmittedValue]) -> tuple[Problem, ...]:
    times: dict[str, int] = {}
    for value in submitted:
        times[value.key] = times.get(value.key, 0) + 1
    problems: list[Problem] = []
    for field in entry.definition.fields:
        if times.pop(field.key, 0) > 1:
            problems.append(problem_at(field, ErrorCode.DUPLICATE, f"{field.label} was given more than once."))
        problems += _judge(entry, field)
    return (*problems, *(_unknown(key) for key in times))


def _unknown(key: str) -> Problem:
    # The path goes into JSON, which has no lone surrogates.
    path = ("values", key.encode(errors="replace").decode())
    return Problem(path, ErrorCode.UNKNOWN_FIELD, "This form has no such field.")


def _judge(entry: _Entry, field: FieldDefinition) -> tuple[Problem, ...]:
    answer = entry.answers[field.key]
    if field.key not in entry.visible:
        return _hidden(entry, field) if answer.given and answer.filled else ()
    if not answer.filled:
        return _unfilled(entry, field)
    problems = answer.checked.problems
    if isinstance(field, DateField):
        told = {problem.code for problem in problems}
        problems += tuple(problem for problem in _out_of_bounds(entry, field) if problem.code not in told)
    return problems


def _hidden(entry: _Entry, field: FieldDefinition) -> tuple[Problem, ...]:
    condition = field.visible_when
    assert condition is not None, "only a condition hides a field"
    cause = entry.definition.field(condition.field)
    because = f" with this {cause.label}" if cause else ""
    message = f"{field.label} does not belong in this form{because}."
    allowed = ", ".join(condition.is_one_of)
    return (problem_at(field, ErrorCode.UNKNOWN_FIELD, message, field=condition.field, allowed=allowed),)


def _unfilled(entry: _Entry, field: FieldDefinition) -> tuple[Problem, ...]:
    asked = entry.answers[field.key].given or field.key not in entry.visible_before
    if field.required and asked:
        return (problem_at(field, ErrorCode.REQUIRED, f"{field.label} is required."),)
    if entry.entering in field.required_for:
        status = entry.entering.capitalize()
        return (problem_at(field, ErrorCode.REQUIRED, f"{field.label} is required for the status {status}."),)
    return ()


def _out_of_bounds(entry: _Entry, field: DateField) -> tuple[Problem, ...]:
    answer = entry.answers[field.key]
    if not isinstance(answer.value, str):
        return ()
    bounding = bounding_fields(field) & entry.days.keys()
    if not answer.changed and not any(entry.answers[key].changed for key in bounding):
        return ()
    return check_against_fields(field, dt.date.fromisoformat(answer.value), entry.days, entry.definition)
