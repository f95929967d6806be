"""Submitted form values, and the results of their validation."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from models import TrackerStatus
from services.forms.definitions import FieldDefinition, TypeDefinition
from services.forms.kinds.lookup import Lookup
from services.forms.kinds.table import KINDS
from services.forms.kinds.types import CanonicalValue, CheckContext, Reference, SubmittedValue
from services.forms.references import look_up
from services.forms.validate import CheckedForm, check_form
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem

TODAY = dt.date(2026, 11, 24)
NO_ORGANISATION = UUID(int=0)

SLOTS: list[tuple[type, str]] = [
    (str, "text"),
    (bool, "boolean"),
    (int, "integer"),
    (Decimal, "decimal"),
    (dt.date, "date"),
    (Reference, "reference"),
]


@dataclass(frozen=True)
class CheckResult:
    """The result of validating a value: its canonical form, and the problems found."""

    value: CanonicalValue | None
    problems: tuple[Problem, ...] = ()


def submitted_value(key: str, value: object) -> SubmittedValue:
    """Return a submitted value whose slot follows from its Python type.

    A list of UUIDs is put into ``files``, any other list into ``choices``. None clears the field.
    """
    if value is None:
        return SubmittedValue(key, None)
    if isinstance(value, list):
        is_files = value and isinstance(value[0], UUID)
        return SubmittedValue(key, "files" if is_files else "choices", value)
    return SubmittedValue(key, next(slot for type_, slot in SLOTS if isinstance(value, type_)), value)


async def check_value(
    field: FieldDefinition, value: Any, *, organisation_id: UUID = NO_ORGANISATION, today: dt.date = TODAY
) -> CheckResult:
    """Validate a value according to the kind of its field."""
    submitted = [submitted_value(field.key, value)]
    lookup = Lookup() if organisation_id == NO_ORGANISATION else await look_up(organisation_id, submitted)
    context = CheckContext(today=today, lookup=lookup)
    errors = ErrorCollector(("values", field.key))
    canonical = KINDS[field.kind].check(errors, field, value, context)
    return CheckResult(canonical, tuple(errors.problems))


async def check_values(
    definition: TypeDefinition,
    values: Mapping[str, object],
    *,
    stored: Mapping[str, CanonicalValue] | None = None,
    status_after: TrackerStatus | None = None,
    organisation_id: UUID = NO_ORGANISATION,
    today: dt.date = TODAY,
) -> CheckedForm:
    """Validate the values of a form."""
    submitted = [submitted_value(key, value) for key, value in values.items()]
    lookup = Lookup() if organisation_id == NO_ORGANISATION else await look_up(organisation_id, submitted)
    return check_form(definition, submitted, lookup=lookup, today=today, stored=stored, status_after=status_after)


def error_codes(form: CheckedForm) -> list[tuple[str, ErrorCode]]:
    """Return the field key and the code of each problem of a form."""
    return [(problem.path[1], problem.code) for problem in form.problems]


def problem_at(key: str, code: ErrorCode, message: str, **parameters: str) -> Problem:
    """Return a problem with a field, without an official rule."""
    return Problem(("values", key), code, message, tuple(parameters.items()))
