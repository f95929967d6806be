"""Validation of text, boolean, choice and file values."""

import datetime as dt
from uuid import UUID

import pytest

from services.forms.definitions import (
    BooleanField,
    Choice,
    ChoiceField,
    FieldKind,
    FileField,
    TextField,
    TextFormat,
)
from services.forms.kinds.table import KINDS
from services.kernel.errors import ErrorCode, Problem
from services.kernel.global_ids import NIL_UUID
from tests.support.scenarios.form_samples.forms import CheckResult, check_value, problem_at


def test_every_kind_is_registered_with_its_slot() -> None:
    assert set(KINDS) == set(FieldKind)
    assert [kind.slot for kind in KINDS.values()] == [
        "text",
        "integer",
        "decimal",
        "date",
        "boolean",
        "choices",
        "reference",
        "files",
    ]


TITLE = TextField(key="title", label="Job title", min_length=2, max_length=5)


@pytest.mark.parametrize(
    ("submitted", "canonical"),
    [
        ("Chef", "Chef"),
        ("ab", "ab"),
        ("  Chef\n", "Chef"),
        ("Che\u0301f", "Chéf"),
        ("\U0001f373" * 5, "\U0001f373" * 5),
        ("a b", "a b"),
    ],
)
async def test_text_is_normalised_and_trimmed(submitted: str, canonical: str) -> None:
    assert await check_value(TITLE, submitted) == CheckResult(canonical)


@pytest.mark.parametrize("submitted", ["", "   ", "\n\t\u00a0"])
async def test_blank_text_is_not_filled(submitted: str) -> None:
    assert await check_value(TITLE, submitted) == CheckResult(None)


@pytest.mark.parametrize("submitted", ["a\0b", "\ud800", "a" + "\u0301" * 1_000_000])
async def test_text_with_characters_that_are_not_allowed(submitted: str) -> None:
    problem = problem_at("title", ErrorCode.INVALID_FORMAT, "'Job title' contains characters that are not allowed.")
    assert await check_value(TITLE, submitted) == CheckResult(None, (problem,))


async def test_text_is_measured_in_code_points_when_it_is_canonical() -> None:
    long = problem_at(
        "title", ErrorCode.TOO_LONG, "'Job title' must have at most 5 characters, and has 6.", maximum="5", length="6"
    )
    short = problem_at(
        "title", ErrorCode.TOO_SHORT, "'Job title' must have at least 2 characters, and has 1.", minimum="2", length="1"
    )
    assert await check_value(TITLE, "\U0001f373" * 6) == CheckResult("\U0001f373" * 6, (long,))
    assert await check_value(TITLE, " e\u0301 ") == CheckResult("é", (short,))


ULN = TextField(key="uln", label="ULN", format=TextFormat.ULN, max_length=10)


async def test_text_with_a_format_becomes_canonical() -> None:
    assert await check_value(ULN, " 927 630 8686") == CheckResult("9276308686")


async def test_problems_of_a_format_name_the_official_rule() -> None:
    checksum = Problem(
        ("values", "uln"),
        ErrorCode.INVALID_CHECKSUM,
        "'ULN' is not valid. Its check digit does not fit: a digit may be mistyped.",
        (),
        "ULN_04",
    )
    form = Problem(
        ("values", "uln"),
        ErrorCode.INVALID_FORMAT,
        "'ULN' is not valid. A ULN has 10 digits, the first not 0.",
        (),
        "ULN_04",
    )
    assert await check_value(ULN, "9276308685") == CheckResult("9276308685", (checksum,))
    assert await check_value(ULN, "123") == CheckResult("123", (form,))


async def test_the_wrong_length_is_the_only_problem_of_a_text() -> None:
    problem = problem_at(
        "uln", ErrorCode.TOO_LONG, "'ULN' must have at most 10 characters, and has 11.", maximum="10", length="11"
    )
    assert await check_value(ULN, "92763086860") == CheckResult("92763086860", (problem,))


async def test_a_pattern_matches_the_whole_text() -> None:
    field = TextField(key="rule", label="Validation rule", pattern="[A-Za-z0-9_]+")
    problem = problem_at("rule", ErrorCode.INVALID_FORMAT, "'Validation rule' must match the pattern [A-Za-z0-9_]+.")
    assert await check_value(field, "ULN_04") == CheckResult("ULN_04")
    assert await check_value(field, "ULN 04") == CheckResult("ULN 04", (problem,))


@pytest.mark.parametrize(
    ("pattern", "hint", "requirement"),
    [
        ("[A-Z]{2}", "two capital letters, as in AB.", "must be written like this: two capital letters, as in AB."),
        ("[A-Z]{2}" + "x?" * 60, None, "must match the pattern of this field."),
    ],
)
async def test_the_message_of_a_pattern_says_what_it_wants(pattern: str, hint: str | None, requirement: str) -> None:
    field = TextField(key="code", label="Course code", pattern=pattern, pattern_hint=hint)
    problem = problem_at("code", ErrorCode.INVALID_FORMAT, f"'Course code' {requirement}")
    assert await check_value(field, "ab") == CheckResult("ab", (problem,))


async def test_booleans() -> None:
    plain = BooleanField(key="b", label="Legal change?")
    confirmation = BooleanField(key="b", label="Agreed", must_be_true=True)
    refused = problem_at("b", ErrorCode.REQUIRED, "'Agreed' must be confirmed.")
    assert await check_value(plain, False) == CheckResult(False)
    assert await check_value(plain, True) == CheckResult(True)
    assert await check_value(confirmation, True) == CheckResult(True)
    assert await check_value(confirmation, False) == CheckResult(False, (refused,))


CHOICES = (
    Choice(value="A", label="Alpha"),
    Choice(value="B", label="Beta", valid_to=dt.date(2026, 11, 23)),
    Choice(value="C", label="Gamma", valid_from=dt.date(2026, 11, 24), valid_to=dt.date(2026, 11, 24)),
    Choice(value="D", label="Delta", valid_from=dt.date(2026, 11, 25)),
)
SINGLE = ChoiceField(key="c", label="Reason", choices=CHOICES)
MULTIPLE = ChoiceField(key="c", label="Reason", choices=CHOICES, multiple=True)


def not_choosable(reason: str = "") -> Problem:
    message = f"'Reason' has a value that cannot be chosen{reason}."
    return problem_at("c", ErrorCode.NOT_A_CHOICE, message, allowed="A, C")


NOT_CHOOSABLE = not_choosable()
ENDED, TO_COME = (
    not_choosable(": 'Beta' ended on 23 November 2026"),
    not_choosable(": 'Delta' begins on 25 November 2026"),
)
BOTH = not_choosable(": 'Beta' ended on 23 November 2026; 'Delta' begins on 25 November 2026")
TOO_MANY = problem_at("c", ErrorCode.TOO_MANY, "'Reason' takes one choice only.", maximum="1")


@pytest.mark.parametrize(
    ("field", "submitted", "checked"),
    [
        (SINGLE, ["A"], CheckResult(["A"])),
        (SINGLE, ["A", "A"], CheckResult(["A"])),
        (SINGLE, [], CheckResult(None)),
        (SINGLE, ["A", "C"], CheckResult(["A", "C"], (TOO_MANY,))),
        (SINGLE, ["B"], CheckResult(["B"], (ENDED,))),
        (SINGLE, ["D"], CheckResult(["D"], (TO_COME,))),
        (SINGLE, ["a"], CheckResult(None, (NOT_CHOOSABLE,))),
        (SINGLE, ["Alpha"], CheckResult(None, (NOT_CHOOSABLE,))),
        (SINGLE, [""], CheckResult(None, (NOT_CHOOSABLE,))),
        (SINGLE, ["A", "\ud800"], CheckResult(["A"], (NOT_CHOOSABLE, TOO_MANY))),
        (MULTIPLE, ["C", "A", "C"], CheckResult(["A", "C"])),
        (MULTIPLE, ["A", "B"], CheckResult(["A", "B"], (ENDED,))),
        (MULTIPLE, ["D", "A", "B"], CheckResult(["A", "B", "D"], (BOTH,))),
    ],
)
async def test_choices(field: ChoiceField, submitted: list[str], checked: CheckResult) -> None:
    assert await check_value(field, submitted) == checked


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        ({"valid_to": dt.date(2026, 7, 31)}, "'Old' ended on 31 July 2026, with the ILR year 2025-26"),
        ({"valid_from": dt.date(2027, 8, 1)}, "'Old' begins on 1 August 2027, with the ILR year 2027-28"),
    ],
)
async def test_a_choice_of_another_ilr_year_is_refused_naming_it(days: dict[str, dt.date], reason: str) -> None:
    field = ChoiceField(key="c", label="Reason", choices=(Choice(value="O", label="Old", **days),))
    message = f"'Reason' has a value that cannot be chosen: {reason}."
    assert await check_value(field, ["O"]) == CheckResult(
        ["O"], (problem_at("c", ErrorCode.NOT_A_CHOICE, message, allowed=""),)
    )


@pytest.mark.parametrize(("day", "choosable"), [("2026-11-23", "AB"), ("2026-11-24", "AC"), ("2026-11-25", "AD")])
async def test_choices_are_valid_from_their_first_to_their_last_day(day: str, choosable: str) -> None:
    today = dt.date.fromisoformat(day)
    accepted = [c.value for c in CHOICES if not (await check_value(SINGLE, [c.value], today=today)).problems]
    assert accepted == list(choosable)


FILES = FileField(key="f", label="Evidence", max_files=2)
FIRST_ID, SECOND_ID, THIRD_ID = (UUID(int=number) for number in (1, 2, 3))
UNKNOWN_FILE = problem_at("f", ErrorCode.NOT_FOUND, "'Evidence' names a file that has not been uploaded.")


async def test_files_that_were_not_uploaded() -> None:
    many = problem_at("f", ErrorCode.TOO_MANY, "'Evidence' takes at most 2 files.", maximum="2", length="3")
    assert await check_value(FILES, []) == CheckResult(None)
    assert await check_value(FILES, [FIRST_ID, SECOND_ID, FIRST_ID]) == CheckResult(
        [str(FIRST_ID), str(SECOND_ID)], (UNKNOWN_FILE,)
    )
    ids = [str(file_id) for file_id in (FIRST_ID, SECOND_ID, THIRD_ID)]
    assert await check_value(FILES, [FIRST_ID, SECOND_ID, THIRD_ID]) == CheckResult(ids, (many, UNKNOWN_FILE))


async def test_the_nil_id_is_not_a_file() -> None:
    assert await check_value(FILES, [NIL_UUID]) == CheckResult([str(NIL_UUID)], (UNKNOWN_FILE,))
