"""What a choice field may offer."""

from typing import Any

from services.forms.definitions import Choice
from services.kernel.dates import format_date
from services.kernel.errors import ErrorCode
from services.tracker_types.field_rules.collector import ErrorCollector, at_most, day_at, text_at
from services.tracker_types.input import ChoiceEntry, FieldEntry

MOST_CHOICES, LONGEST_CHOICE = 500, 200


def choice_rules(entry: FieldEntry, place: ErrorCollector) -> dict[str, Any]:
    """At least one choice, no value twice, none that ends before it begins."""
    list_place = place.below("choices")
    if not entry.choices:
        list_place.tell(ErrorCode.REQUIRED, "There must be something to choose.")
    choices: dict[str, Choice] = {}
    looked_at = at_most(list_place, entry.choices or (), label="A list has choices,", most=MOST_CHOICES)
    for index, given in enumerate(looked_at):
        here = list_place.below(index)
        choice = _choice(given, here)
        if choice.value and choice.value in choices:
            here.below("value").tell(ErrorCode.DUPLICATE, "This value is in the list already.")
        choices.setdefault(choice.value, choice)
    return {"choices": tuple(choices.values()), "multiple": bool(entry.multiple)}


def _choice(given: ChoiceEntry, place: ErrorCollector) -> Choice:
    value = text_at(place.below("value"), given.value, label="A choice's value", longest=LONGEST_CHOICE)
    label = text_at(place.below("label"), given.label, label="A choice's label", longest=LONGEST_CHOICE)
    begins = day_at(place.below("validFrom"), given.valid_from)
    ends = day_at(place.below("validTo"), given.valid_to)
    if begins and ends and ends < begins:
        message = f"It can be chosen from {format_date(begins)}, so not until an earlier day."
        place.below("validTo").tell(ErrorCode.TOO_EARLY, message, earliest=begins)
    return Choice(value=value, label=label, valid_from=begins, valid_to=ends)
