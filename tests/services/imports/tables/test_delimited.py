"""Tests of splitting text into rows: separators, line ends, quotation marks, and limits."""

import io

import pytest

from services.imports.report import UnreadableFileError
from services.imports.tables.delimited import read_delimited

KNOWN = {"Ref", "Name", "Groups"}


def rows(text: str) -> list[tuple[int, list[str]]]:
    read = read_delimited(io.BytesIO(text.encode()), "a.csv", KNOWN.__contains__)
    return [(row.number, row.cells) for row in read]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_with_the_most_known_headings_is_used(separator: str) -> None:
    head = separator.join(["Ref", "Name", "a,b;c"] if separator == "|" else ["Ref", "Name"])
    assert rows(f"{head}\nA1{separator}x\n") == [(1, head.split(separator)), (2, ["A1", "x"])]


def test_the_separator_is_found_below_a_title() -> None:
    assert rows("Learners, of 2026, as exported\n\nRef;Name\nA1;x\n") == [
        (1, ["Learners, of 2026, as exported"]),
        (2, []),
        (3, ["Ref", "Name"]),
        (4, ["A1", "x"]),
    ]


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;", "\ufeffsep=;"])
def test_the_line_with_the_separator_is_obeyed_and_left_out(line: str) -> None:
    assert rows(f"{line}\r\nRef;Name,Groups\r\nA1;x\r\n") == [(2, ["Ref", "Name,Groups"]), (3, ["A1", "x"])]


def test_line_ends_may_be_mixed() -> None:
    assert rows("Ref,Name\rA1,x\nA2,y\r\nA3,z") == [
        (1, ["Ref", "Name"]),
        (2, ["A1", "x"]),
        (3, ["A2", "y"]),
        (4, ["A3", "z"]),
    ]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_record_of_several_lines_has_the_number_of_its_first(end: str) -> None:
    text = end.join(["Ref,Name", 'A1,"one', 'two ""and""', 'three"', "A2,x"])
    assert rows(text) == [(1, ["Ref", "Name"]), (2, ["A1", f'one{end}two "and"{end}three']), (5, ["A2", "x"])]


def test_a_quotation_mark_inside_of_a_value_is_text() -> None:
    assert rows('Ref,Name\nA1,6" pipe\n')[1] == (2, ["A1", '6" pipe'])


def test_a_space_may_stand_before_a_quotation_mark() -> None:
    assert rows('Ref, Name\nA1, "x, y"\n') == [(1, ["Ref", "Name"]), (2, ["A1", "x, y"])]


def test_an_unclosed_quotation_mark_is_found_in_bounded_memory() -> None:
    # Each line closes a quotation mark and opens another, so that the record goes on to the end of the file.
    content = b'Ref,Name\nA1,"x' + b'\n","x' * 1_000_000
    with pytest.raises(UnreadableFileError) as raised:
        list(read_delimited(io.BytesIO(content), "a.csv", KNOWN.__contains__))
    assert str(raised.value) == (
        "a.csv, line 2: has a quotation mark that is opened here and not closed; close it, or delete it"
    )
