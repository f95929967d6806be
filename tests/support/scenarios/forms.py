"""Short ways to write an entry and to check it, for the tests of the kinds and of forms."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from models import TrackerStatus
from services.forms.definitions import FieldDefinition, ReferenceField, TypeDefinition
from services.forms.kinds import (
    KINDS,
    CanonicalValue,
    CheckContext,
    CheckResult,
    Lookup,
    NodeReference,
    SubmittedValue,
)
from services.forms.kinds.references import TYPE_NAMES
from services.forms.validate import CheckedForm, check_form
from services.kernel.errors import ErrorCode, Problem

TODAY = dt.date(2026, 11, 24)
NOWHERE = UUID(int=0)

SLOTS: list[tuple[type, str]] = [
    (str, "text"),
    (bool, "boolean"),
    (int, "integer"),
    (Decimal, "decimal"),
    (dt.date, "date"),
    (NodeReference, "reference"),
]


def submitted(key: str, value: object) -> SubmittedValue:
    """What a client sends: None clears, a list of texts is choices, a list of ids is files."""
    if value is None:
        return SubmittedValue(key, None)
    if isinstance(value, list):
        files = value and isinstance(value[0], NodeReference)
        return SubmittedValue(key, "files" if files else "choices", value)
    return SubmittedValue(key, next(slot for kind, slot in SLOTS if isinstance(value, kind)), value)


async def check(
    field: FieldDefinition, value: Any, *, organisation_id: UUID = NOWHERE, today: dt.date = TODAY
) -> CheckResult:
    """A value by the check of the field's kind."""
    wanted = {field.target: [value.id]} if isinstance(field, ReferenceField) and names(field, value) else {}
    context = CheckContext(today=today, lookup=Lookup(organisation_id, wanted))
    return await KINDS[field.kind].check(field, value, context)


def names(field: ReferenceField, value: NodeReference) -> bool:
    return value.type_name == TYPE_NAMES[field.target]


async def fill_in(
    definition: TypeDefinition,
    entry: Mapping[str, object],
    *,
    stored: Mapping[str, CanonicalValue] | None = None,
    entering: TrackerStatus | None = None,
    organisation_id: UUID = NOWHERE,
    today: dt.date = TODAY,
) -> CheckedForm:
    """An entry with every key once."""
    values = [submitted(key, value) for key, value in entry.items()]
    return await check_form(
        definition, values, organisation_id=organisation_id, today=today, stored=stored, entering=entering
    )


def told(form: CheckedForm) -> list[tuple[str, ErrorCode]]:
    """The problems in short: where, and which."""
    return [(problem.path[1], problem.code) for problem in form.problems]


def at(key: str, code: ErrorCode, message: str, **parameters: str) -> Problem:
    """A problem at a field, without an official rule."""
    return Problem(("values", key), code, message, tuple(parameters.items()))
