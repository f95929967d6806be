"""Validation of custom tracker types, collecting the problems of every field."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from models import TrackerStatus
from services.forms.definitions import FIELD_TYPES, FieldDefinition, TypeDefinition
from services.kernel.checks import check_name, check_text, take_at_most
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.words import quote, quote_enum
from services.tracker_types.field_rules.conditions import check_condition
from services.tracker_types.field_rules.date_bounds import check_date_bounds
from services.tracker_types.field_rules.table import API_NAMES, RULES
from services.tracker_types.form_limits import check_bytes, check_choices_together, check_patterns_together
from services.tracker_types.input import FieldEntry
from services.tracker_types.transitions import PLAIN_TRANSITIONS

MAX_FIELDS = 100
MAX_NAME_LENGTH, MAX_LABEL_LENGTH, MAX_HELP_LENGTH, MAX_DESCRIPTION_LENGTH = 200, 200, 2_000, 2_000
"""In code points."""

_TYPE_KEY = re.compile("[A-Z][A-Z0-9_]{0,39}")
_FIELD_KEY = re.compile("[a-z][A-Za-z0-9]{0,39}")
_REQUIRED_FOR = tuple(status for status in PLAIN_TRANSITIONS if status != TrackerStatus.NEW)
"""The statuses for which a field can be required: all statuses of plain types except the initial one."""


def check_type_key(errors: ErrorCollector, key: str) -> None:
    """Add REQUIRED if a type's key is blank, and INVALID_FORMAT if it is otherwise invalid."""
    if not key.strip():
        errors.add(ErrorCode.REQUIRED, "A type needs a key.")
    elif not _TYPE_KEY.fullmatch(key):
        message = "A key is up to 40 capital letters, digits and _, and begins with a letter."
        errors.add(ErrorCode.INVALID_FORMAT, message)


def check_type_name(errors: ErrorCollector, name: str | None) -> str:
    """Check a type's name with ``check_name`` and return it normalised."""
    missing = "A type's name is required."
    return check_name(errors, name or "", label="A type's name", max_length=MAX_NAME_LENGTH, required_message=missing)


def check_type_description(errors: ErrorCollector, description: str | None) -> str:
    """Check a type's description with ``check_text`` and return it normalised."""
    return check_text(errors, description, label="The description", max_length=MAX_DESCRIPTION_LENGTH)


def check_definition(errors: ErrorCollector, entries: Sequence[FieldEntry], *, today: dt.date) -> TypeDefinition:
    """Check the fields of a form and return its definition, which may be stored if no problem was added.

    Only the first 100 fields are checked. A form may have no fields, as every tracker has a learner, an assignee and so
    on. Conditions that depend on the date, such as choices that have all expired, are not problems of a definition.
    """
    checked = take_at_most(errors, entries, label="A form has fields,", maximum=MAX_FIELDS)
    # Each field has its own collector, as problems of date bounds are found last but listed with the field.
    field_errors = [ErrorCollector((*errors.path, str(index))) for index in range(len(checked))]
    check_choices_together(field_errors, checked)
    checked = check_patterns_together(field_errors, checked)
    fields: list[FieldDefinition] = []
    earlier: dict[str, FieldDefinition] = {}
    for entry, entry_errors in zip(checked, field_errors, strict=True):
        field = _check_field(entry_errors, entry, earlier)
        fields.append(field)
        earlier.setdefault(field.key, field)
    check_date_bounds(field_errors, fields, today=today)
    for entry_errors in field_errors:
        errors.extend(entry_errors.problems)
    definition = TypeDefinition(fields=tuple(fields))
    if not errors.problems:  # otherwise texts may be longer than they can be stored
        check_bytes(errors, definition)
    return definition


def _check_field(errors: ErrorCollector, entry: FieldEntry, earlier: Mapping[str, FieldDefinition]) -> FieldDefinition:
    """Check a field and return its definition, omitting invalid attributes or replacing them with valid ones."""
    _check_key(errors.at("key"), entry.key, earlier)
    common_attributes = _check_common_attributes(errors, entry)
    rules = RULES[entry.kind]
    for slot, api_name in API_NAMES.items():
        if slot not in rules.slots and getattr(entry, slot) is not None:
            message = f"A field of this kind has no {quote(api_name)}."
            allowed = ", ".join(API_NAMES[name] for name in rules.slots)
            errors.at(slot).add(ErrorCode.WRONG_KIND, message, allowed=allowed)
    field = FIELD_TYPES[entry.kind](**common_attributes, **rules.check(errors, entry))
    if entry.visible_when is None:
        return field
    return replace(field, visible_when=check_condition(errors.at("visible_when"), entry.visible_when, earlier))


def _check_key(errors: ErrorCollector, key: str, earlier: Mapping[str, FieldDefinition]) -> None:
    if not key.strip():
        errors.add(ErrorCode.REQUIRED, "A field needs a key.")
    elif not _FIELD_KEY.fullmatch(key):
        message = "A field's key is up to 40 letters and digits, and begins with a small letter."
        errors.add(ErrorCode.INVALID_FORMAT, message)
    elif key in earlier:
        errors.add(ErrorCode.DUPLICATE, "Another field of the form has this key.")


def _check_common_attributes(errors: ErrorCollector, entry: FieldEntry) -> dict[str, Any]:
    """Check the attributes that fields of every kind have, and return them."""
    help_text = check_text(errors.at("help"), entry.help, label="The help", max_length=MAX_HELP_LENGTH)
    allowed = ", ".join(_REQUIRED_FOR)
    allowed_words = ", ".join(quote_enum(status) for status in _REQUIRED_FOR)
    for index, status in enumerate(entry.required_for):
        if status not in _REQUIRED_FOR:
            message = f"A field can be required for {allowed_words}; for creation, set 'required'."
            errors.at("required_for", index).add(ErrorCode.STATUS_NOT_ALLOWED, message, allowed=allowed)
    missing = "A field's label is required."
    return {
        "key": entry.key,
        "label": check_name(
            errors.at("label"),
            entry.label,
            label="A field's label",
            max_length=MAX_LABEL_LENGTH,
            required_message=missing,
        ),
        "help": help_text or None,
        "required": entry.required,
        "required_for": tuple(dict.fromkeys(entry.required_for)),
    }
