"""The record fields: their columns, the meanings of their codes, and the conversion of their values."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from models import Learner, LearningAim, ProgrammeStatus
from services.automations.record_fields import RECORD_FIELDS, RecordValue
from services.forms.definitions import ChoiceField
from services.ilr.code_lists import meanings
from services.tracker_types.builtin import load_builtin_types


def test_effects_of_built_in_types_set_known_fields() -> None:
    effect_names = {name for type_ in load_builtin_types() for name in type_.definition.effects}
    assert effect_names <= RECORD_FIELDS.keys()
    assert {name for name, field in RECORD_FIELDS.items() if field.name != name} == set()


async def test_every_field_has_a_column(database: str) -> None:
    for field in RECORD_FIELDS.values():
        model = LearningAim if field.is_aim_field else Learner
        assert field.column in model._meta.fields_db_projection.values(), field.name


@pytest.mark.parametrize(("key", "element"), [("withdrawReason", "WithdrawReason"), ("outcome", "Outcome")])
def test_meanings_of_codes_match_the_labels_of_choices(key: str, element: str) -> None:
    fields = [type_.definition.field(key) for type_ in load_builtin_types()]
    choices = [choice for field in fields if isinstance(field, ChoiceField) for choice in field.choices]
    labels_by_code = {int(choice.value): choice.label for choice in choices if choice.value.isdigit()}
    assert labels_by_code
    assert {code: meanings(element)[code].lower() for code in labels_by_code} == {
        code: text.lower() for code, text in labels_by_code.items()
    }


ID = UUID("018f4c1e-2a30-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("name", "raw", "value", "words"),
    [
        ("learner.familyName", "Sméth", "Sméth", "Sméth"),
        ("learner.title", "", None, None),
        ("learner.weeklyHours", Decimal("37.50"), "37.5", "37.5"),
        ("learner.employer", ID, str(ID), "Acme"),
        ("learner.programmeStatus", ProgrammeStatus.ENTERED_EPA, "ENTERED_EPA", "Entered assessment (EPA)"),
        ("learner.programmeStatus", ProgrammeStatus.ON_A_BREAK, "ON_A_BREAK", "On a break"),
        ("aim.actualEndDate", dt.date(2024, 3, 1), "2024-03-01", "1 March 2024"),
        ("aim.completionStatus", 6, 6, "6 – break in learning"),
        ("aim.outcome", 5, 5, "5"),  # an unknown code
        ("aim.actualHours", 1412, 1412, "1,412"),
        ("aim.restart", False, False, "No"),
    ],
)
def test_values_are_read_displayed_and_stored(name: str, raw: object, value: RecordValue, words: str | None) -> None:
    field = RECORD_FIELDS[name]
    owner = LearningAim() if field.is_aim_field else Learner()
    setattr(owner, field.column, raw)
    assert field.value_of(owner) == value
    assert field.display(value, {ID: "Acme"}) == words
    assert field.to_column(value) == (raw or value)


def test_a_reference_to_a_deleted_row_is_displayed_as_missing() -> None:
    assert RECORD_FIELDS["learner.employer"].display(str(ID), {}) == "no longer there"


def test_text_is_written_to_the_record_on_one_line() -> None:
    assert RECORD_FIELDS["learner.jobTitle"].to_column("Baker\n and\tchef\u200b") == "Baker and chef"
