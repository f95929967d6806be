"""Conditions in definitions: which fields they may name, and which values."""

import datetime as dt
from decimal import Decimal

import pytest

from services.forms.definitions import FieldKind, TextFormat
from services.tracker_types.input import BoundEntry, ChoiceEntry, ConditionEntry, FieldEntry
from tests.support.scenarios.field_definitions import definition_errors, field_entry, valid_fields


def text_shown_for(field: str, *values: str, key: str = "it") -> FieldEntry:
    """Return a text field that is visible for some values of a field."""
    return field_entry(FieldKind.TEXT, key, visible_when=ConditionEntry(field=field, is_one_of=values))


FLAG = field_entry(FieldKind.BOOLEAN, "flag")
AT = "visible_when"


def test_a_condition_names_a_field_further_up() -> None:
    assert definition_errors(FLAG, text_shown_for("flag", "true")) == []
    assert definition_errors(text_shown_for("flag", "true"), FLAG) == [f"fields.0.{AT}.field UNKNOWN_FIELD"]
    assert definition_errors(FLAG, text_shown_for("it", "x")) == [f"fields.1.{AT}.field UNKNOWN_FIELD"]
    assert definition_errors(FLAG, text_shown_for("gone", "x")) == [f"fields.1.{AT}.field UNKNOWN_FIELD"]
    assert definition_errors(FLAG, text_shown_for("\ud800")) == [
        f"fields.1.{AT}.is_one_of REQUIRED",
        f"fields.1.{AT}.field UNKNOWN_FIELD",
    ]


def test_a_condition_lists_values() -> None:
    text = field_entry(FieldKind.TEXT, "text")
    assert definition_errors(FLAG, text_shown_for("flag")) == [f"fields.1.{AT}.is_one_of REQUIRED"]
    assert definition_errors(text, text_shown_for("text", *map(str, range(500)))) == []
    assert definition_errors(text, text_shown_for("text", *map(str, range(501)))) == [
        f"fields.1.{AT}.is_one_of TOO_MANY"
    ]


@pytest.mark.parametrize("kind", [FieldKind.REFERENCE, FieldKind.FILE])
def test_a_condition_cannot_name_a_reference_or_a_file(kind: FieldKind) -> None:
    assert definition_errors(field_entry(kind, "other"), text_shown_for("other", "x")) == [
        f"fields.1.{AT}.field WRONG_KIND"
    ]


CHOICES = [ChoiceEntry(value="A", label="A"), ChoiceEntry(value="É", label="B", valid_to=dt.date(2000, 1, 1))]
FROM_2020 = [BoundEntry(date=dt.date(2019, 12, 31), offset_days=1)]
WRONG, NEVER = "WRONG_KIND", "NOT_A_CHOICE"
VALUES: list[tuple[FieldEntry, dict[str, str | None]]] = [
    (FLAG, {"true": None, "false": None, "True": WRONG, "yes": WRONG, "": WRONG, "\ud800": WRONG}),
    (field_entry(FieldKind.BOOLEAN, "other", must_be_true=True), {"true": None, "false": NEVER}),
    (
        field_entry(FieldKind.CHOICE, "other", choices=CHOICES),
        {"A": None, "E\u0301 ": None, "B": NEVER, "a": NEVER, "": NEVER},
    ),
    (field_entry(FieldKind.CHOICE, "other", choices=CHOICES), {"\0": NEVER}),
    (
        field_entry(FieldKind.INTEGER, "other"),
        {"0": None, "-5": None, "1.0": WRONG, "": WRONG, "1e3": WRONG, "٣": WRONG},
    ),
    (field_entry(FieldKind.INTEGER, "other"), {"2147483647": None, "2147483648": NEVER, "9" * 400: WRONG}),
    (
        field_entry(FieldKind.INTEGER, "other", minimum=Decimal(1), maximum=Decimal(9)),
        {"1": None, "0": NEVER, "10": NEVER},
    ),
    (
        field_entry(FieldKind.DECIMAL, "other"),
        {"0.25": None, "1": None, "0.250": None, "0.125": NEVER, ".5": WRONG, "x": WRONG},
    ),
    (field_entry(FieldKind.DECIMAL, "other", maximum=Decimal("0.5")), {"0.50": None, "0.51": NEVER, "9" * 16: NEVER}),
    (
        field_entry(FieldKind.DATE, "other"),
        {"2026-02-28": None, "2026-02-29": WRONG, "20260228": WRONG, "0000-01-01": WRONG},
    ),
    (field_entry(FieldKind.DATE, "other"), {"1899-12-31": NEVER, "2101-01-01": NEVER, "2100-12-31": None}),
    (field_entry(FieldKind.DATE, "other", earliest=FROM_2020), {"2020-01-01": None, "2019-12-31": NEVER}),
    (
        field_entry(FieldKind.TEXT, "other"),
        {"anything": None, " ": NEVER, "x" * 201: NEVER, "a\0": WRONG, "\ud800": WRONG},
    ),
    (field_entry(FieldKind.TEXT, "other", min_length=2, pattern="[a-z]+"), {"ab": None, "a": NEVER, "AB": NEVER}),
    (
        field_entry(FieldKind.TEXT, "other", format=TextFormat.ULN),
        {"1000000027": None, "1000000028": NEVER, "x": NEVER},
    ),
]


@pytest.mark.parametrize(("other", "values"), VALUES)
def test_values_that_the_other_field_never_has(other: FieldEntry, values: dict[str, str | None]) -> None:
    expected = [f"fields.1.{AT}.is_one_of.{index} {code}" for index, code in enumerate(values.values()) if code]
    assert definition_errors(other, text_shown_for(other.key, *values)) == expected


@pytest.mark.parametrize(
    ("other", "entered", "canonical"),
    [
        (field_entry(FieldKind.INTEGER, "other"), ["007", "7", "-0"], ("7", "0")),
        (field_entry(FieldKind.DECIMAL, "other"), ["0.50", "12.0"], ("0.5", "12")),
        (field_entry(FieldKind.TEXT, "other"), [" Cafe\u0301 "], ("Café",)),
        (field_entry(FieldKind.TEXT, "other", format=TextFormat.POSTCODE), ["sw1a1aa"], ("SW1A 1AA",)),
        (field_entry(FieldKind.CHOICE, "other", choices=CHOICES), ["E\u0301", "É", "A"], ("É", "A")),
    ],
)
def test_values_become_canonical_for_the_other_field(
    other: FieldEntry, entered: list[str], canonical: tuple[str, ...]
) -> None:
    condition = valid_fields(other, text_shown_for("other", *entered))[1].visible_when
    assert condition is not None
    assert (condition.field, condition.is_one_of) == ("other", canonical)


def test_with_a_repeated_key_the_first_field_is_meant() -> None:
    again = field_entry(FieldKind.INTEGER, "flag")
    assert definition_errors(FLAG, again, text_shown_for("flag", "true", "1")) == [
        "fields.1.key DUPLICATE",
        f"fields.2.{AT}.is_one_of.1 WRONG_KIND",
    ]
