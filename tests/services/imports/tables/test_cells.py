"""Tests of freeing cells from what Excel and pandas put around them."""

import pytest

from services.imports.tables.cells import (
    CellError,
    check_excel_error,
    clean_cell,
    parse_boolean,
    parse_hours,
    whole_number,
)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('="0123"', "0123"),
        ('="say ""hi"""', 'say "hi"'),
        ("=0123", "=0123"),
        ("'0123", "0123"),
        ("'=A1", "=A1"),
        ("'t Hooft", "'t Hooft"),
        ("\u00a0 x\u2003", "x"),
        ("a\0b", None),
    ],
)
def test_marks_of_text_are_removed(text: str, clean: str | None) -> None:
    assert clean_cell(text) == clean


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1061484016.0", "1061484016"),
        ("1061484016.", "1061484016"),
        ("1061484016.000", "1061484016"),
        ("1,061,484,016", "1061484016"),
        ("1,061,484,016.00", "1061484016"),
        ("1.061.484.016", "1061484016"),
        ("1.061.484.016,00", "1061484016"),
        ("1'061'484'016", "1061484016"),
        ("1’061’484’016.0", "1061484016"),
        ("1061484016,0", "1061484016"),
        ("1.234", "1.234"),
        ("1.061484016e+09", "1061484016"),
        ("1.061484016E9", "1061484016"),
        ("1.061484016000000000e+09", "1061484016"),
        ("1,061484016E+09", "1061484016"),
        ("1.5", "1.5"),
        ("1E5", "1E5"),
        ("A1.0", "A1.0"),
        ("", ""),
    ],
)
def test_codes_that_were_written_as_numbers_are_read(text: str, digits: str) -> None:
    assert whole_number(text) == digits


@pytest.mark.parametrize("text", ["1.06148E+09", "1.06148E9", "1E+09", "1,06E+9", "1.0614840161E+09", "9.2E+999"])
def test_rounded_numbers_are_refused(text: str) -> None:
    with pytest.raises(CellError, match="scientific notation"):
        whole_number(text)


@pytest.mark.parametrize(
    "text", ["#N/A", "#n/a", "#DIV/0!", "#NAME?", "#NV", "#WERT!", "#VALEUR!", "#NOM?", "#ÜBERLAUF!"]
)
def test_errors_of_excel_are_known_in_any_language(text: str) -> None:
    with pytest.raises(CellError, match="It is an error of Excel"):
        check_excel_error(text)


@pytest.mark.parametrize("text", ["#4", "#Bakery!", "#NVQ", "Who?"])
def test_other_text_with_a_hash_is_no_error(text: str) -> None:
    check_excel_error(text)


@pytest.mark.parametrize("text", ["37,55", "0,5", "168"])
def test_hours_may_have_a_decimal_comma(text: str) -> None:
    assert str(parse_hours(text)) == {"37,55": "37.55", "0,5": "0.50", "168": "168.00"}[text]


@pytest.mark.parametrize("text", ["1,000", "37.5.0", "forty", "-1"])
def test_other_hours_are_refused(text: str) -> None:
    with pytest.raises(CellError):
        parse_hours(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("Y", True), ("1.0", True), ("WAHR", True), ("FAUX", False), ("n", False), ("0.0", False), ("", None)],
)
def test_booleans_of_pandas_and_people(text: str, value: bool | None) -> None:
    assert parse_boolean(text) is value
