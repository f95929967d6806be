"""What a choice field may offer."""

from typing import Any

from services.forms.definitions import Choice
from services.kernel.checks import check_date, check_line, take_at_most
from services.kernel.dates import format_date
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.input import ChoiceEntry, FieldEntry

MOST_CHOICES, LONGEST_CHOICE = 500, 200


def choice_rules(entry: FieldEntry, errors: ErrorCollector) -> dict[str, Any]:
    """At least one choice, no value twice, none that ends before it begins."""
    list_errors = errors.at("choices")
    if not entry.choices:
        list_errors.add(ErrorCode.REQUIRED, "There must be something to choose.")
    choices: dict[str, Choice] = {}
    looked_at = take_at_most(list_errors, entry.choices or (), label="A list has choices,", maximum=MOST_CHOICES)
    for index, given in enumerate(looked_at):
        here = list_errors.at(index)
        choice = _choice(given, here)
        if choice.value and choice.value in choices:
            here.at("value").add(ErrorCode.DUPLICATE, "This value is in the list already.")
        choices.setdefault(choice.value, choice)
    return {"choices": tuple(choices.values()), "multiple": bool(entry.multiple)}


def _choice(given: ChoiceEntry, errors: ErrorCollector) -> Choice:
    value = check_line(
        errors.at("value"),
        given.value,
        label="A choice's value",
        max_length=LONGEST_CHOICE,
        missing="A choice's value is required.",
    )
    label = check_line(
        errors.at("label"),
        given.label,
        label="A choice's label",
        max_length=LONGEST_CHOICE,
        missing="A choice's label is required.",
    )
    begins = check_date(errors.at("validFrom"), given.valid_from)
    ends = check_date(errors.at("validTo"), given.valid_to)
    if begins and ends and ends < begins:
        message = f"It can be chosen from {format_date(begins)}, so not until an earlier day."
        errors.at("validTo").add(ErrorCode.TOO_EARLY, message, earliest=begins)
    return Choice(value=value, label=label, valid_from=begins, valid_to=ends)
