"""Validation of the definitions of choice fields."""

from typing import Any

from services.forms.definitions import Choice
from services.kernel.checks import check_date, check_line, check_name, take_at_most
from services.kernel.dates import format_date
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.input import ChoiceEntry, FieldEntry

MAX_CHOICES, MAX_CHOICE_LENGTH = 500, 200


def check_choice_rules(errors: ErrorCollector, entry: FieldEntry) -> dict[str, Any]:
    """Return the attributes of a choice field, with unique choices.

    Adds REQUIRED for an empty list and DUPLICATE for a repeated value.
    """
    list_errors = errors.at("choices")
    if not entry.choices:
        list_errors.add(ErrorCode.REQUIRED, "There must be at least one choice.")
    choices: dict[str, Choice] = {}
    checked = take_at_most(list_errors, entry.choices or (), label="A list has choices,", maximum=MAX_CHOICES)
    for index, choice_entry in enumerate(checked):
        choice = _check_choice(list_errors.at(index), choice_entry)
        if choice.value and choice.value in choices:
            list_errors.at(index, "value").add(ErrorCode.DUPLICATE, "This value is in the list already.")
        choices.setdefault(choice.value, choice)
    return {"choices": tuple(choices.values()), "multiple": bool(entry.multiple)}


def _check_choice(errors: ErrorCollector, entry: ChoiceEntry) -> Choice:
    value = check_line(
        errors.at("value"),
        entry.value,
        label="A choice's value",
        max_length=MAX_CHOICE_LENGTH,
        required_message="A choice's value is required.",
    )
    label = check_name(
        errors.at("label"),
        entry.label,
        label="A choice's label",
        max_length=MAX_CHOICE_LENGTH,
        required_message="A choice's label is required.",
    )
    valid_from = check_date(errors.at("valid_from"), entry.valid_from)
    valid_to = check_date(errors.at("valid_to"), entry.valid_to)
    if valid_from and valid_to and valid_to < valid_from:
        message = f"It must be {format_date(valid_from)} or later, the day from which the choice is valid."
        errors.at("valid_to").add(ErrorCode.TOO_EARLY, message, earliest=valid_from)
    return Choice(value=value, label=label, valid_from=valid_from, valid_to=valid_to)
