"""Shared checks: the values they return, and the problems they add to the collector."""

import datetime as dt

import pytest

from services.kernel.checks import check_date, check_line, check_name, check_number, check_text, take_at_most
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem


def test_texts_are_normalised() -> None:
    errors = ErrorCollector()
    assert check_text(errors, " a\nb ", label="The text", max_length=3) == "a\nb"
    assert check_line(errors, " Cafe\u0301 ", label="The name", max_length=4) == "Café"
    assert check_text(errors, None, label="The text", max_length=3) == ""
    assert check_line(errors, " \n ", label="The name", max_length=3) == ""
    assert errors.problems == []


def test_names_are_kept_on_one_line() -> None:
    errors = ErrorCollector()
    name = check_name(
        errors, " A\n\u202eB\t\u00a0C ", label="The name", max_length=5, required_message="Give it a name."
    )
    assert (name, errors.problems) == ("A B C", [])


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("\u200b\u2028", ErrorCode.REQUIRED, "Give it a name."),
        ("A\x07B", ErrorCode.INVALID_FORMAT, "The name must be a single line without control characters."),
        ("A\0B", ErrorCode.INVALID_FORMAT, "The name contains an invalid character."),
        ("\ud800", ErrorCode.INVALID_FORMAT, "The name contains an invalid character."),
    ],
)
def test_invalid_names_are_reported(name: str, code: ErrorCode, message: str) -> None:
    errors = ErrorCollector()
    check_name(errors, name, label="The name", max_length=5, required_message="Give it a name.")
    assert errors.problems == [Problem((), code, message)]


def test_invalid_texts_are_reported() -> None:
    errors = ErrorCollector()
    check_text(errors.at("blank"), " ", label="The text", max_length=3, required_message="Say something.")
    check_text(errors.at("invalid"), "a\0", label="The text", max_length=3, required_message="Say something.")
    check_line(errors.at("too_long"), "abcd", label="The name", max_length=3, required_message="Give it a name.")
    check_line(errors.at("lines"), "a\nb", label="The name", max_length=3, required_message="Give it a name.")
    assert errors.problems == [
        Problem(("blank",), ErrorCode.REQUIRED, "Say something."),
        Problem(("invalid",), ErrorCode.INVALID_FORMAT, "The text contains an invalid character."),
        Problem(
            ("too_long",),
            ErrorCode.TOO_LONG,
            "The name must have at most 3 characters; this has 4.",
            (("maximum", "3"), ("length", "4")),
        ),
        Problem(("lines",), ErrorCode.INVALID_FORMAT, "The name must be a single line without control characters."),
    ]


@pytest.mark.parametrize(
    ("number", "expected", "codes"),
    [(None, None, []), (0, None, ["TOO_SMALL"]), (1, 1, []), (9, 9, []), (10, None, ["TOO_LARGE"])],
)
def test_numbers_within_limits(number: int | None, expected: int | None, codes: list[str]) -> None:
    errors = ErrorCollector()
    assert check_number(errors, number, label="The number", minimum=1, maximum=9) == expected
    assert [problem.code for problem in errors.problems] == codes


@pytest.mark.parametrize(
    ("day", "expected", "codes"),
    [
        (None, None, []),
        (dt.date(1899, 12, 31), None, ["TOO_EARLY"]),
        (dt.date(1900, 1, 1), dt.date(1900, 1, 1), []),
        (dt.date(2100, 12, 31), dt.date(2100, 12, 31), []),
        (dt.date(2101, 1, 1), None, ["TOO_LATE"]),
    ],
)
def test_dates_from_1900_to_2100(day: dt.date | None, expected: dt.date | None, codes: list[str]) -> None:
    errors = ErrorCollector()
    assert check_date(errors, day) == expected
    assert [problem.code for problem in errors.problems] == codes


def test_items_beyond_the_maximum_are_dropped() -> None:
    errors = ErrorCollector()
    assert take_at_most(errors, "abc", label="A list has", maximum=3) == "abc"
    assert errors.problems == []
    assert take_at_most(errors, "abcd", label="A list has", maximum=3) == "abc"
    figures = (("maximum", "3"), ("length", "4"))
    assert errors.problems == [Problem((), ErrorCode.TOO_MANY, "A list has at most 3.", figures)]
