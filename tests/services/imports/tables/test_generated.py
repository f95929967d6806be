"""Tests with generated tables and bytes: any table in any dialect is read back, and no bytes end in another error."""

import io
import string
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.imports.archive import open_return
from services.imports.file_kinds import FileKind, detect_kind
from services.imports.report import UnreadableFileError
from services.imports.tables.delimited import read_delimited
from services.imports.tables.learners import read_learner_table
from services.imports.tables.notes import FileNotes
from services.imports.tables.workbook import read_workbook
from tests.support.scenarios.tables import csv_bytes, workbook_bytes, zip_bytes

pytestmark = pytest.mark.slow

HEADINGS = ["LearnRefNumber", "GivenNames", "Surname", "Job title"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]

KNOWN = set(HEADINGS)

letters = string.ascii_letters + string.digits + " ,;|\t\"'\r\n.-&#/"
western = st.text(alphabet=letters + "éÉüßñ’–“”€£½", max_size=20)
lines = st.text(alphabet=letters.replace("\r", "").replace("\n", "") + "éüß’–", max_size=20)


def trimmed(cells: list[str]) -> list[str]:
    return [cell.strip(" ") for cell in cells]


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[str] = western) -> list[list[str]]:
    width = len(HEADINGS)
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=8))
    return [HEADINGS, *rows]


@given(
    tables(),
    st.sampled_from(ENCODINGS),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.booleans(),
    st.booleans(),
)
@settings(deadline=None, max_examples=300)
def test_any_table_in_any_dialect_is_read_back(
    table: list[list[str]], encoding: str, separator: str, line_end: str, quote_all: bool, has_separator_line: bool
) -> None:
    first = [[f"sep={separator}"]] if has_separator_line and separator != "," else []
    body = csv_bytes(table, separator=separator, line_end=line_end, quote_all=quote_all).decode()
    head = f"{first[0][0]}{line_end}" if first else ""
    content = (head + body).encode(encoding)
    read = read_delimited(io.BytesIO(content), "a.csv", KNOWN.__contains__)
    assert [trimmed(row.cells) for row in read] == [trimmed(row) for row in table]


@given(tables(lines))
@settings(deadline=None, max_examples=50)
def test_any_table_is_read_back_from_a_workbook(table: list[list[str]]) -> None:
    rows = [[cell.strip("\t") for cell in row] for row in table]
    read = [
        row.cells for row in read_workbook(io.BytesIO(workbook_bytes(rows)), KNOWN.__contains__, FileNotes("a.xlsx"))
    ]
    width = max(len(row) for row in read)
    while rows and not any(rows[-1]):
        rows.pop()
    assert read == [row[:width] for row in rows]


def read_anything(content: bytes) -> None:
    """Read bytes as a table of learners; any error but UnreadableFileError fails the test."""
    stream = io.BytesIO(content)
    try:
        kind = detect_kind(stream, "a")
        if kind is FileKind.ZIP_ARCHIVE:
            with open_return(stream, "a") as unpacked:
                unpacked.read()
        list(read_learner_table(stream, kind, FileNotes("a")))
    except UnreadableFileError:
        return


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=500)
def test_no_bytes_end_in_another_error(content: bytes) -> None:
    read_anything(content)
    read_anything(b"LearnRefNumber,GivenNames\r\n" + content)
    read_anything(b"PK\x03\x04" + content)


@given(st.binary(min_size=1, max_size=8), st.integers(min_value=0), st.integers(min_value=0, max_value=40))
@settings(deadline=None, max_examples=300)
def test_no_damage_to_a_workbook_ends_in_another_error(damage: bytes, place: int, cut: int) -> None:
    content = bytearray(workbook_bytes([HEADINGS, ["A1", "Zoë", "Sample", 5.5]], merged=["B1:B2"]))
    place %= len(content)
    content[place : place + len(damage)] = damage
    read_anything(bytes(content[: len(content) - cut]))


@given(st.binary(min_size=1, max_size=8), st.integers(min_value=0), st.integers(min_value=0, max_value=40))
@settings(deadline=None, max_examples=300)
def test_no_damage_to_an_archive_ends_in_another_error(damage: bytes, place: int, cut: int) -> None:
    content = bytearray(zip_bytes({"a.xml": "<Message/>" * 20, "é.txt": "x"}))
    place %= len(content)
    content[place : place + len(damage)] = damage
    read_anything(bytes(content[: len(content) - cut]))


@given(st.sampled_from(["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"]), st.data())
@settings(deadline=None, max_examples=300)
def test_no_damage_to_the_xml_of_a_workbook_ends_in_another_error(name: str, data: st.DataObject) -> None:
    source = zipfile.ZipFile(io.BytesIO(workbook_bytes([HEADINGS, ["A1", "Zoë", "Sample", 5.5]], merged=["B1:B2"])))
    target = io.BytesIO()
    with source, zipfile.ZipFile(target, "w") as archive:
        for part in source.namelist():
            content = bytearray(source.read(part))
            if part == name:
                place = data.draw(st.integers(0, len(content) - 1))
                content[place : place + 1] = data.draw(st.binary(max_size=6))
            archive.writestr(part, bytes(content))
    read_anything(target.getvalue())
