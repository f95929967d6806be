"""Validation of visibility conditions in field definitions."""

import datetime as dt
from decimal import Decimal

import pytest

from services.forms.definitions import FieldKind, TextFormat
from services.tracker_types.input import BoundEntry, ChoiceEntry, ConditionEntry, FieldEntry
from tests.support.scenarios.form_samples.field_definitions import definition_errors, field_entry, valid_fields


def conditional_text(field: str, *values: str, key: str = "it") -> FieldEntry:
    """Return a text field that is visible for these values of another field."""
    return field_entry(FieldKind.TEXT, key, visible_when=ConditionEntry(field=field, is_one_of=values))


FLAG = field_entry(FieldKind.BOOLEAN, "flag")
CONDITION_PATH = "visible_when"


def test_a_condition_refers_to_an_earlier_field() -> None:
    assert definition_errors(FLAG, conditional_text("flag", "true")) == []
    assert definition_errors(conditional_text("flag", "true"), FLAG) == [
        f"fields.0.{CONDITION_PATH}.field UNKNOWN_FIELD"
    ]
    assert definition_errors(FLAG, conditional_text("it", "x")) == [f"fields.1.{CONDITION_PATH}.field UNKNOWN_FIELD"]
    assert definition_errors(FLAG, conditional_text("gone", "x")) == [f"fields.1.{CONDITION_PATH}.field UNKNOWN_FIELD"]
    assert definition_errors(FLAG, conditional_text("\ud800")) == [
        f"fields.1.{CONDITION_PATH}.is_one_of REQUIRED",
        f"fields.1.{CONDITION_PATH}.field UNKNOWN_FIELD",
    ]


def test_a_condition_lists_values() -> None:
    text = field_entry(FieldKind.TEXT, "text")
    assert definition_errors(FLAG, conditional_text("flag")) == [f"fields.1.{CONDITION_PATH}.is_one_of REQUIRED"]
    assert definition_errors(text, conditional_text("text", *map(str, range(500)))) == []
    assert definition_errors(text, conditional_text("text", *map(str, range(501)))) == [
        f"fields.1.{CONDITION_PATH}.is_one_of TOO_MANY"
    ]


@pytest.mark.parametrize("kind", [FieldKind.REFERENCE, FieldKind.FILE])
def test_a_condition_cannot_name_a_reference_or_a_file(kind: FieldKind) -> None:
    assert definition_errors(field_entry(kind, "other"), conditional_text("other", "x")) == [
        f"fields.1.{CONDITION_PATH}.field WRONG_KIND"
    ]


CHOICES = [ChoiceEntry(value="A", label="A"), ChoiceEntry(value="É", label="B", valid_to=dt.date(2000, 1, 1))]
FROM_2020 = [BoundEntry(date=dt.date(2019, 12, 31), offset_days=1)]
WRONG_KIND, NOT_A_CHOICE = "WRONG_KIND", "NOT_A_CHOICE"
VALUES: list[tuple[FieldEntry, dict[str, str | None]]] = [
    (FLAG, {"true": None, "false": None, "True": WRONG_KIND, "yes": WRONG_KIND, "": WRONG_KIND, "\ud800": WRONG_KIND}),
    (field_entry(FieldKind.BOOLEAN, "other", must_be_true=True), {"true": None, "false": NOT_A_CHOICE}),
    (
        field_entry(FieldKind.CHOICE, "other", choices=CHOICES),
        {"A": None, "E\u0301 ": None, "B": NOT_A_CHOICE, "a": NOT_A_CHOICE, "": NOT_A_CHOICE},
    ),
    (field_entry(FieldKind.CHOICE, "other", choices=CHOICES), {"\0": NOT_A_CHOICE}),
    (
        field_entry(FieldKind.INTEGER, "other"),
        {"0": None, "-5": None, "1.0": WRONG_KIND, "": WRONG_KIND, "1e3": WRONG_KIND, "٣": WRONG_KIND},
    ),
    (field_entry(FieldKind.INTEGER, "other"), {"2147483647": None, "2147483648": NOT_A_CHOICE, "9" * 400: WRONG_KIND}),
    (
        field_entry(FieldKind.INTEGER, "other", minimum=Decimal(1), maximum=Decimal(9)),
        {"1": None, "0": NOT_A_CHOICE, "10": NOT_A_CHOICE},
    ),
    (
        field_entry(FieldKind.DECIMAL, "other"),
        {"0.25": None, "1": None, "0.250": None, "0.125": NOT_A_CHOICE, ".5": WRONG_KIND, "x": WRONG_KIND},
    ),
    (
        field_entry(FieldKind.DECIMAL, "other", maximum=Decimal("0.5")),
        {"0.50": None, "0.51": NOT_A_CHOICE, "9" * 16: NOT_A_CHOICE},
    ),
    (
        field_entry(FieldKind.DATE, "other"),
        {"2026-02-28": None, "2026-02-29": WRONG_KIND, "20260228": WRONG_KIND, "0000-01-01": WRONG_KIND},
    ),
    (
        field_entry(FieldKind.DATE, "other"),
        {"1899-12-31": NOT_A_CHOICE, "2101-01-01": NOT_A_CHOICE, "2100-12-31": None},
    ),
    (field_entry(FieldKind.DATE, "other", earliest=FROM_2020), {"2020-01-01": None, "2019-12-31": NOT_A_CHOICE}),
    (
        field_entry(FieldKind.TEXT, "other"),
        {"anything": None, " ": NOT_A_CHOICE, "x" * 201: NOT_A_CHOICE, "a\0": WRONG_KIND, "\ud800": WRONG_KIND},
    ),
    (
        field_entry(FieldKind.TEXT, "other", min_length=2, pattern="[a-z]+"),
        {"ab": None, "a": NOT_A_CHOICE, "AB": NOT_A_CHOICE},
    ),
    (
        field_entry(FieldKind.TEXT, "other", format=TextFormat.ULN),
        {"1000000027": None, "1000000028": NOT_A_CHOICE, "x": NOT_A_CHOICE},
    ),
]


@pytest.mark.parametrize(("other", "values"), VALUES)
def test_invalid_values_of_the_other_field(other: FieldEntry, values: dict[str, str | None]) -> None:
    expected = [
        f"fields.1.{CONDITION_PATH}.is_one_of.{index} {code}" for index, code in enumerate(values.values()) if code
    ]
    assert definition_errors(other, conditional_text(other.key, *values)) == expected


@pytest.mark.parametrize(
    ("other", "values", "canonical"),
    [
        (field_entry(FieldKind.INTEGER, "other"), ["007", "7", "-0"], ("7", "0")),
        (field_entry(FieldKind.DECIMAL, "other"), ["0.50", "12.0"], ("0.5", "12")),
        (field_entry(FieldKind.TEXT, "other"), [" Cafe\u0301 "], ("Café",)),
        (field_entry(FieldKind.TEXT, "other", format=TextFormat.POSTCODE), ["sw1a1aa"], ("SW1A 1AA",)),
        (field_entry(FieldKind.CHOICE, "other", choices=CHOICES), ["E\u0301", "É", "A"], ("É", "A")),
    ],
)
def test_values_are_converted_to_the_canonical_form_of_the_other_field(
    other: FieldEntry, values: list[str], canonical: tuple[str, ...]
) -> None:
    condition = valid_fields(other, conditional_text("other", *values))[1].visible_when
    assert condition is not None
    assert (condition.field, condition.is_one_of) == ("other", canonical)


def test_a_condition_on_a_repeated_key_refers_to_the_first_field() -> None:
    duplicate = field_entry(FieldKind.INTEGER, "flag")
    assert definition_errors(FLAG, duplicate, conditional_text("flag", "true", "1")) == [
        "fields.1.key DUPLICATE",
        f"fields.2.{CONDITION_PATH}.is_one_of.1 WRONG_KIND",
    ]
