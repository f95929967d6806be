"""The checks that many entries share: what they return, and what they add to the collector."""

import datetime as dt

import pytest

from services.kernel.checks import check_date, check_line, check_number, check_text, take_at_most
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem


def test_texts_are_cleaned_and_blank_ones_are_empty() -> None:
    errors = ErrorCollector()
    assert check_text(errors, " a\nb ", label="The text", max_length=3) == "a\nb"
    assert check_line(errors, " Cafe\u0301 ", label="The name", max_length=4) == "Café"
    assert check_text(errors, None, label="The text", max_length=3) == ""
    assert check_line(errors, " \n ", label="The name", max_length=3) == ""
    assert errors.problems == []


def test_what_is_wrong_with_a_text() -> None:
    errors = ErrorCollector()
    check_text(errors.at("blank"), " ", label="The text", max_length=3, required_message="Say something.")
    check_text(errors.at("no_text"), "a\0", label="The text", max_length=3, required_message="Say something.")
    check_line(errors.at("too_long"), "abcd", label="The name", max_length=3, required_message="Give it a name.")
    check_line(errors.at("lines"), "a\nb", label="The name", max_length=3, required_message="Give it a name.")
    assert errors.problems == [
        Problem(("blank",), ErrorCode.REQUIRED, "Say something."),
        Problem(("no_text",), ErrorCode.INVALID_FORMAT, "The text contains a character that is no text."),
        Problem(
            ("too_long",),
            ErrorCode.TOO_LONG,
            "The name may have at most 3 characters; this has 4.",
            (("maximum", "3"), ("length", "4")),
        ),
        Problem(("lines",), ErrorCode.INVALID_FORMAT, "The name is one line, without control characters."),
    ]


@pytest.mark.parametrize(
    ("number", "kept", "codes"),
    [(None, None, []), (0, None, ["TOO_SMALL"]), (1, 1, []), (9, 9, []), (10, None, ["TOO_LARGE"])],
)
def test_numbers_within_limits(number: int | None, kept: int | None, codes: list[str]) -> None:
    errors = ErrorCollector()
    assert check_number(errors, number, label="The number", minimum=1, maximum=9) == kept
    assert [problem.code for problem in errors.problems] == codes


@pytest.mark.parametrize(
    ("day", "kept", "codes"),
    [
        (None, None, []),
        (dt.date(1899, 12, 31), None, ["TOO_EARLY"]),
        (dt.date(1900, 1, 1), dt.date(1900, 1, 1), []),
        (dt.date(2100, 12, 31), dt.date(2100, 12, 31), []),
        (dt.date(2101, 1, 1), None, ["TOO_LATE"]),
    ],
)
def test_days_from_1900_to_2100(day: dt.date | None, kept: dt.date | None, codes: list[str]) -> None:
    errors = ErrorCollector()
    assert check_date(errors, day) == kept
    assert [problem.code for problem in errors.problems] == codes


def test_of_too_many_items_the_first_are_checked() -> None:
    errors = ErrorCollector()
    assert take_at_most(errors, "abc", label="A list has", maximum=3) == "abc"
    assert errors.problems == []
    assert take_at_most(errors, "abcd", label="A list has", maximum=3) == "abc"
    figures = (("maximum", "3"), ("length", "4"))
    assert errors.problems == [Problem((), ErrorCode.TOO_MANY, "A list has at most 3.", figures)]
