"""The check of a tracker type as an administrator enters it: everything that is wrong with it, told together."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from models import TrackerStatus
from services.forms.definitions import FieldDefinition, TypeDefinition
from services.kernel.checks import check_line, check_text, take_at_most
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.field_rules import field_of
from services.tracker_types.field_rules.conditions import condition_of
from services.tracker_types.field_rules.date_bounds import check_date_bounds
from services.tracker_types.input import FieldEntry
from services.tracker_types.transitions import PLAIN

MOST_FIELDS = 100
LONGEST_NAME, LONGEST_LABEL, LONGEST_HELP, LONGEST_DESCRIPTION = 200, 200, 2_000, 2_000
"""In code points."""

_TYPE_KEY = re.compile("[A-Z][A-Z0-9_]{0,39}")
_FIELD_KEY = re.compile("[a-z][A-Za-z0-9]{0,39}")
_ENTERED = tuple(status for status in PLAIN if status != TrackerStatus.NEW)


def check_type_key(errors: ErrorCollector, key: str) -> None:
    """REQUIRED or INVALID_FORMAT for what is no key of a type."""
    if not key.strip():
        errors.add(ErrorCode.REQUIRED, "A type needs a key.")
    elif not _TYPE_KEY.fullmatch(key):
        errors.add(
            ErrorCode.INVALID_FORMAT, "A key is up to 40 capital letters, digits and _, and begins with a letter."
        )


def type_name(errors: ErrorCollector, name: str | None) -> str:
    """A type's name as it is kept."""
    return check_line(
        errors, name, label="A type's name", max_length=LONGEST_NAME, missing="A type's name is required."
    )


def type_description(errors: ErrorCollector, description: str | None) -> str:
    """A type's description as it is kept."""
    return check_text(errors, description, label="The description", max_length=LONGEST_DESCRIPTION)


def check_definition(errors: ErrorCollector, entries: Sequence[FieldEntry], *, today: dt.date) -> TypeDefinition:
    """The form that entries describe, by every rule; it may be kept if nothing is told.

    Of more than 100 fields the first 100 are looked at. A form without fields is one: every tracker has a learner, an
    assignee and so on. What depends on the day (choices that have all run out) is not the definition's fault.
    """
    looked_at = take_at_most(errors, entries, label="A form has fields,", maximum=MOST_FIELDS)
    collectors = [ErrorCollector((*errors.path, str(index))) for index in range(len(looked_at))]
    fields: list[FieldDefinition] = []
    earlier: dict[str, FieldDefinition] = {}
    for entry, here in zip(looked_at, collectors, strict=True):
        _check_key(here.at("key"), entry.key, earlier)
        field = field_of(entry, here, _common(entry, here))
        if entry.visible_when is not None:
            condition = condition_of(entry.visible_when, here.at("visibleWhen"), earlier)
            field = replace(field, visible_when=condition)
        fields.append(field)
        earlier.setdefault(field.key, field)
    check_date_bounds(fields, collectors, today=today)
    for here in collectors:
        errors.problems.extend(here.problems)
    return TypeDefinition(fields=tuple(fields))


def _check_key(errors: ErrorCollector, key: str, earlier: dict[str, FieldDefinition]) -> None:
    if not key.strip():
        errors.add(ErrorCode.REQUIRED, "A field needs a key.")
    elif not _FIELD_KEY.fullmatch(key):
        message = "A field's key is up to 40 letters and digits, and begins with a small letter."
        errors.add(ErrorCode.INVALID_FORMAT, message)
    elif key in earlier:
        errors.add(ErrorCode.DUPLICATE, "Another field of the form has this key.")


def _common(entry: FieldEntry, errors: ErrorCollector) -> dict[str, Any]:
    help_text = check_text(errors.at("help"), entry.help, label="The help", max_length=LONGEST_HELP)
    for index, status in enumerate(entry.required_for):
        if status not in _ENTERED:
            message = f"A field is required for {', '.join(_ENTERED)}; on creation it is by `required`."
            errors.at("requiredFor", index).add(ErrorCode.STATUS_NOT_ALLOWED, message, allowed=", ".join(_ENTERED))
    return {
        "key": entry.key,
        "label": check_line(
            errors.at("label"),
            entry.label,
            label="A field's label",
            max_length=LONGEST_LABEL,
            missing="A field's label is required.",
        ),
        "help": help_text or None,
        "required": entry.required,
        "required_for": tuple(dict.fromkeys(entry.required_for)),
    }
