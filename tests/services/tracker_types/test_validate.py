"""Validation of custom tracker types: invalid definitions, and valid ones at the limits."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from models import TrackerStatus
from services.forms.definitions import ChoiceField, FieldKind, FileField, ReferenceTarget, TextField, TextFormat
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.field_rules.table import API_NAMES, RULES
from services.tracker_types.input import ChoiceEntry, FieldEntry
from services.tracker_types.validate import check_type_description, check_type_key, check_type_name
from tests.support.scenarios.form_samples.field_definitions import YES, definition_errors, field_entry, valid_fields


def test_every_kind_and_every_attribute_is_registered() -> None:
    assert set(RULES) == set(FieldKind)
    assert {slot for rules in RULES.values() for slot in rules.slots} == set(API_NAMES)
    common = {"key", "label", "kind", "help", "required", "required_for", "visible_when"}
    assert set(FieldEntry.__slots__) == common | set(API_NAMES)


ANY_VALUE: dict[str, Any] = {
    "multiline": False,
    "min_length": 0,
    "max_length": 1,
    "format": TextFormat.ULN,
    "pattern": "",
    "pattern_hint": "",
    "minimum": Decimal(0),
    "maximum": Decimal(0),
    "places": 0,
    "earliest": [],
    "latest": [],
    "default": False,
    "must_be_true": False,
    "choices": [],
    "multiple": False,
    "target": ReferenceTarget.MEMBER,
    "confirmed_only": False,
    "accept": [],
    "max_bytes": 1,
    "max_files": 1,
}


@pytest.mark.parametrize("kind", list(FieldKind))
def test_an_attribute_of_another_kind_is_refused(kind: FieldKind) -> None:
    other_attributes = [name for name in API_NAMES if name not in RULES[kind].slots]
    errors = definition_errors(field_entry(kind, **{name: ANY_VALUE[name] for name in other_attributes}))
    assert errors == [f"fields.0.{name} WRONG_KIND" for name in other_attributes]


TEXTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"key": "", "label": "It"}, ["key REQUIRED"]),
    ({"key": " ", "label": "It"}, ["key REQUIRED"]),
    ({"key": "It"}, ["key INVALID_FORMAT"]),
    ({"key": "it_"}, ["key INVALID_FORMAT"]),
    ({"key": "it\n"}, ["key INVALID_FORMAT"]),
    ({"key": "é"}, ["key INVALID_FORMAT"]),
    ({"key": "a" * 40}, []),
    ({"key": "a" * 41}, ["key INVALID_FORMAT"]),
    ({"label": ""}, ["label REQUIRED"]),
    ({"label": " \n "}, ["label REQUIRED"]),
    ({"label": "x" * 200}, []),
    ({"label": " " + "e\u0301" * 200}, []),
    ({"label": "x" * 201}, ["label TOO_LONG"]),
    ({"label": "a\x07b"}, ["label INVALID_FORMAT"]),
    ({"label": "a\x7fb"}, ["label INVALID_FORMAT"]),
    ({"label": "a\0b"}, ["label INVALID_FORMAT"]),
    ({"label": "\ud800"}, ["label INVALID_FORMAT"]),
    ({"help": "a\nb"}, []),
    ({"help": "x" * 2001}, ["help TOO_LONG"]),
    ({"help": "\ud800"}, ["help INVALID_FORMAT"]),
    ({"required_for": ["RESOLVED", "REJECTED", "CLOSED", "CLOSED"]}, []),
    ({"required_for": ["NEW"]}, ["required_for.0 STATUS_NOT_ALLOWED"]),
    ({"required_for": ["CLOSED", "APPROVED", "NEW"]}, [f"required_for.{n} STATUS_NOT_ALLOWED" for n in (1, 2)]),
    ({"min_length": 0, "max_length": 1}, []),
    ({"min_length": -1}, ["min_length TOO_SMALL"]),
    ({"max_length": 0}, ["max_length TOO_SMALL"]),
    ({"max_length": 100_000}, []),
    ({"max_length": 100_001}, ["max_length TOO_LARGE"]),
    ({"min_length": 5, "max_length": 4}, ["max_length TOO_SMALL"]),
    ({"min_length": 201}, ["min_length TOO_LARGE"]),
    ({"min_length": 201, "multiline": True}, []),
    ({"format": TextFormat.ULN, "max_length": 10, "min_length": 10}, []),
    ({"format": TextFormat.ULN, "max_length": 9}, ["max_length TOO_SMALL"]),
    ({"format": TextFormat.ULN, "min_length": 11}, ["min_length TOO_LARGE"]),
    ({"pattern": "[A-Z]+"}, []),
    ({"pattern": ""}, []),
    ({"pattern": "[A-Z]+", "pattern_hint": "capital letters"}, []),
    ({"pattern": "[A-Z]+", "pattern_hint": "x" * 200}, []),
    ({"pattern": "[A-Z]+", "pattern_hint": "x" * 201}, ["pattern_hint TOO_LONG"]),
    ({"pattern_hint": "capital letters"}, ["pattern REQUIRED"]),
    ({"pattern": "("}, ["pattern INVALID_FORMAT"]),
    ({"pattern": "(?=a)a"}, ["pattern INVALID_FORMAT"]),
    ({"pattern": "(?i)a"}, ["pattern INVALID_FORMAT"]),
    ({"pattern": "a\0"}, ["pattern INVALID_FORMAT"]),
    ({"pattern": "\ud800"}, ["pattern INVALID_FORMAT"]),
    ({"pattern": "a" * 1000}, []),
    ({"pattern": "a" * 1001}, ["pattern INVALID_FORMAT"]),
    (
        {"key": "", "label": "", "required_for": ["NEW"], "max_length": 0, "min_length": -1, "pattern": "("},
        [
            "key REQUIRED",
            "required_for.0 STATUS_NOT_ALLOWED",
            "label REQUIRED",
            "max_length TOO_SMALL",
            "min_length TOO_SMALL",
            "pattern INVALID_FORMAT",
        ],
    ),
]
LARGE, WHOLE = Decimal(10**15), Decimal(2**31)
NUMBERS: list[tuple[FieldKind, dict[str, Any], list[str]]] = [
    (FieldKind.INTEGER, {"minimum": -WHOLE, "maximum": WHOLE - 1}, []),
    (FieldKind.INTEGER, {"minimum": Decimal(3), "maximum": Decimal("3.00")}, []),
    (FieldKind.INTEGER, {"minimum": Decimal(4), "maximum": Decimal(3)}, ["maximum TOO_SMALL"]),
    (FieldKind.INTEGER, {"minimum": Decimal("0.5")}, ["minimum INVALID_FORMAT"]),
    (FieldKind.INTEGER, {"minimum": -WHOLE - 1, "maximum": WHOLE}, ["minimum TOO_SMALL", "maximum TOO_LARGE"]),
    (FieldKind.INTEGER, {"minimum": Decimal("9" * 400)}, ["minimum TOO_LARGE"]),
    (FieldKind.DECIMAL, {"minimum": 1 - LARGE, "maximum": LARGE - 1, "places": 0}, []),
    (FieldKind.DECIMAL, {"minimum": -LARGE, "maximum": LARGE}, ["minimum TOO_SMALL", "maximum TOO_LARGE"]),
    (FieldKind.DECIMAL, {"minimum": Decimal("0.02"), "maximum": Decimal("0.01")}, ["maximum TOO_SMALL"]),
    (FieldKind.DECIMAL, {"minimum": Decimal("0.001")}, ["minimum INVALID_FORMAT"]),
    (FieldKind.DECIMAL, {"minimum": Decimal("0.0000000001"), "places": 10}, []),
    (FieldKind.DECIMAL, {"places": -1}, ["places TOO_SMALL"]),
    (FieldKind.DECIMAL, {"places": 11}, ["places TOO_LARGE"]),
]


def choice(
    value: str = "NO", label: str = "No", first_year: int | None = None, last_year: int | None = None
) -> ChoiceEntry:
    days = [None if year is None else dt.date(year, 1, 1) for year in (first_year, last_year)]
    return ChoiceEntry(value=value, label=label, valid_from=days[0], valid_to=days[1])


OTHERS: list[tuple[FieldKind, dict[str, Any], list[str]]] = [
    (FieldKind.BOOLEAN, {"default": False, "must_be_true": True}, []),
    (FieldKind.BOOLEAN, {"default": True, "must_be_true": True, "required": True}, []),
    (FieldKind.CHOICE, {"choices": None}, ["choices REQUIRED"]),
    (FieldKind.CHOICE, {"choices": []}, ["choices REQUIRED"]),
    (FieldKind.CHOICE, {"choices": [YES, choice(), YES]}, ["choices.2.value DUPLICATE"]),
    (FieldKind.CHOICE, {"choices": [choice("é"), choice(" e\u0301")]}, ["choices.1.value DUPLICATE"]),
    (FieldKind.CHOICE, {"choices": [choice("", " ")]}, ["choices.0.value REQUIRED", "choices.0.label REQUIRED"]),
    (FieldKind.CHOICE, {"choices": [YES, choice("x" * 201)]}, ["choices.1.value TOO_LONG"]),
    (FieldKind.CHOICE, {"choices": [choice(value="a\tb")]}, ["choices.0.value INVALID_FORMAT"]),
    (FieldKind.CHOICE, {"choices": [choice(label="a\x07b")]}, ["choices.0.label INVALID_FORMAT"]),
    (FieldKind.CHOICE, {"choices": [choice(first_year=2026, last_year=2026)]}, []),
    (FieldKind.CHOICE, {"choices": [choice(first_year=2026, last_year=2025)]}, ["choices.0.valid_to TOO_EARLY"]),
    (
        FieldKind.CHOICE,
        {"choices": [choice(first_year=1899, last_year=2101)]},
        ["choices.0.valid_from TOO_EARLY", "choices.0.valid_to TOO_LATE"],
    ),
    (FieldKind.CHOICE, {"choices": [choice(str(n)) for n in range(500)]}, []),
    (FieldKind.CHOICE, {"choices": [choice(str(n)) for n in range(501)]}, ["choices TOO_MANY"]),
    (FieldKind.REFERENCE, {"target": None}, ["target REQUIRED"]),
    (FieldKind.REFERENCE, {"target": None, "confirmed_only": True}, ["target REQUIRED"]),
    (FieldKind.REFERENCE, {"target": ReferenceTarget.EMPLOYER, "confirmed_only": True}, []),
    (FieldKind.REFERENCE, {"confirmed_only": True}, ["confirmed_only WRONG_KIND"]),
    (FieldKind.REFERENCE, {"confirmed_only": False}, []),
    (FieldKind.FILE, {"accept": ["application/pdf", "image/*", "IMAGE/PNG", "text/csv", "*/*", "image/jpg"]}, []),
    (
        FieldKind.FILE,
        {"accept": ["", ".pdf", "pdf", "a/b/c", "image/png; q=1", "*/png", "é/ü"]},
        [f"accept.{n} INVALID_FORMAT" for n in range(7)],
    ),
    (
        FieldKind.FILE,
        {"accept": ["text/plain", "image/imaginary", "haptics/*"]},
        ["accept.1 NOT_A_CHOICE", "accept.2 NOT_A_CHOICE"],
    ),
    (FieldKind.FILE, {"accept": ["image/png"] * 51}, ["accept TOO_MANY"]),
    (FieldKind.FILE, {"max_bytes": 1, "max_files": 20}, []),
    (FieldKind.FILE, {"max_bytes": 0, "max_files": 0}, ["max_bytes TOO_SMALL", "max_files TOO_SMALL"]),
    (FieldKind.FILE, {"max_bytes": 100_000_001, "max_files": 21}, ["max_bytes TOO_LARGE", "max_files TOO_LARGE"]),
]


@pytest.mark.parametrize(("kind", "slots", "expected"), [*((FieldKind.TEXT, *row) for row in TEXTS), *NUMBERS, *OTHERS])
def test_attributes_of_a_field(kind: FieldKind, slots: dict[str, Any], expected: list[str]) -> None:
    assert definition_errors(field_entry(kind, **slots)) == [f"fields.0.{error}" for error in expected]


def test_a_repeated_key_is_a_problem_of_the_later_field() -> None:
    first, second = field_entry(FieldKind.TEXT, "one"), field_entry(FieldKind.INTEGER, "one")
    assert definition_errors(first, field_entry(FieldKind.TEXT, "two"), second, first) == [
        "fields.2.key DUPLICATE",
        "fields.3.key DUPLICATE",
    ]


def test_at_most_a_hundred_fields() -> None:
    hundred = [field_entry(FieldKind.TEXT, f"f{number}") for number in range(100)]
    assert definition_errors() == definition_errors(*hundred) == []
    assert definition_errors(*hundred, field_entry(FieldKind.TEXT, "")) == ["fields TOO_MANY"]


@pytest.mark.parametrize(
    ("key", "code"),
    [("A", None), ("A" * 40, None), ("A1_", None), ("", "REQUIRED"), ("\n", "REQUIRED"), ("1A", "INVALID_FORMAT")]
    + [(key, "INVALID_FORMAT") for key in ("_A", "Job", "JOB ", "A\n", "A-B", "É", "A" * 41, "\0", "\ud800")],
)
def test_the_key_of_a_type(key: str, code: str | None) -> None:
    errors = ErrorCollector(("key",))
    check_type_key(errors, key)
    assert [(problem.path, problem.code) for problem in errors.problems] == ([(("key",), code)] if code else [])


def test_the_name_and_the_description_of_a_type() -> None:
    errors = ErrorCollector()
    assert check_type_name(errors, " Cafe\u0301 ") == "Café"
    assert check_type_description(errors, " a\n\nb ") == "a\n\nb"
    assert check_type_description(errors, None) == ""
    assert errors.problems == []
    check_type_name(errors.at("name"), "x" * 201)
    check_type_name(errors.at("name"), "a\x07b")
    check_type_description(errors.at("description"), "x\0")
    assert [(problem.path, problem.code) for problem in errors.problems] == [
        (("name",), ErrorCode.TOO_LONG),
        (("name",), ErrorCode.INVALID_FORMAT),
        (("description",), ErrorCode.INVALID_FORMAT),
    ]


def test_texts_are_normalised_and_duplicates_removed() -> None:
    text, file, answer = valid_fields(
        field_entry(
            FieldKind.TEXT, label=" Cafe\u0301 ", help=" ", required_for=[TrackerStatus.CLOSED] * 2, pattern="e\u0301+"
        ),
        field_entry(FieldKind.FILE, "file", accept=["Image/JPG", "image/jpeg"]),
        field_entry(FieldKind.CHOICE, "answer", choices=[choice(label="Not\nyet \u200b known")]),
    )
    assert (text.label, text.help, text.required_for) == ("Café", None, (TrackerStatus.CLOSED,))
    assert isinstance(text, TextField)
    assert isinstance(file, FileField)
    assert isinstance(answer, ChoiceField)
    assert [option.label for option in answer.choices] == ["Not yet known"]
    assert (text.pattern, file.accept) == ("é+", ("image/jpeg",))
