"""Tests of reading Excel workbooks: sheets, merged cells, cells far apart, and damaged files."""

import io
import zipfile

import pytest

from services.imports.file_kinds import FileKind
from services.imports.report import Severity, UnreadableFileError
from services.imports.tables.learners import read_learner_table
from services.imports.tables.notes import FileNotes
from services.imports.tables.rows import KEY_WEIGHT, Row
from services.imports.tables.workbook import read_workbook
from tests.support.scenarios.tables import ERROR_NA, Cell, RawCell, sheet_xml, workbook_bytes, zip_bytes

KNOWN = {"Ref": KEY_WEIGHT, "Group": 1}


def weigh_heading(cell: str) -> int:
    return KNOWN.get(cell, 0)


def read(content: bytes) -> list[Row]:
    return list(read_workbook(io.BytesIO(content), weigh_heading, FileNotes("a.xlsx")))


def cells(content: bytes) -> list[tuple[int, list[str]]]:
    return [(row.number, row.cells) for row in read(content)]


def error_message(content: bytes) -> str:
    with pytest.raises(UnreadableFileError) as raised:
        read(content)
    return str(raised.value)


def replace_part(content: bytes, name: str, part: str | None) -> bytes:
    """Return the archive with another part of this name, or without it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist() if each != name}
    return zip_bytes(parts if part is None else {**parts, name: part.encode()})


def test_rows_are_numbered_as_in_excel() -> None:
    assert cells(workbook_bytes([[], [None, "b", 1.5], [], [None, "c"]])) == [
        (1, ["", "", ""]),
        (2, ["", "b", "1.5"]),
        (3, ["", "", ""]),
        (4, ["", "c", ""]),
    ]


@pytest.mark.parametrize(
    ("sheets", "name", "others"),
    [
        ([("Empty", []), ("Learners", [["a"]]), ("Old", [["b"]])], "Learners", ["Old"]),
        ([("Secret", [["Ref"]]), ("Learners", [["x"], ["Ref"]])], "Learners", ["Secret"]),
        ([("Read me", [["How to"]]), ("Learners", [["Ref"]]), ("Old", [["Ref"]])], "Learners", ["Read me", "Old"]),
        ([("Secret", [["a"]])], "Secret", []),
        ([("Lists", [["Group"]]), ("Learners", [["Ref"]])], "Learners", ["Lists"]),
        ([("Secret", [["Ref"]]), ("Lists", [["Group"]])], "Lists", ["Secret"]),
    ],
)
def test_the_first_visible_sheet_with_known_headings_is_read_and_the_others_named(
    sheets: list[tuple[str, list[list[Cell]]]], name: str, others: list[str]
) -> None:
    notes = FileNotes("a.xlsx")
    content = workbook_bytes(sheets=sheets, hidden=["Secret"])
    rows = [row.cells for row in read_workbook(io.BytesIO(content), weigh_heading, notes)]
    assert rows == dict(sheets)[name]
    told = {(note.line, note.place, note.message, note.severity) for note in notes.take()}
    message = f"This sheet was not read, only '{name}'."
    assert told == {(0, f"sheet '{other}'", message, Severity.WARNING) for other in others}


def test_names_of_sheets_are_shown_without_characters_that_control_a_terminal() -> None:
    notes = FileNotes("a.xlsx")
    content = workbook_bytes(sheets=[("Learners", [["Ref"]]), ("\u009b2J" + "x" * 40, [["Group"]])])
    list(read_workbook(io.BytesIO(content), weigh_heading, notes))
    assert [note.place for note in notes.take()] == [f"sheet '\ufffd2J{'x' * 28}'"]


def test_a_cell_that_is_merged_downwards_counts_for_each_of_its_rows() -> None:
    rows: list[list[Cell]] = [
        ["Ref", "Programme", "Group"],
        ["A1", "Bakery", "x"],
        ["A2", None, None],
        ["A3", None, None],
    ]
    assert cells(workbook_bytes(rows, merged=["B2:B3", "A1:B1"])) == [
        (1, ["Ref", "Programme", "Group"]),
        (2, ["A1", "Bakery", "x"]),
        (3, ["A2", "Bakery", ""]),
        (4, ["A3", "", ""]),
    ]


def test_headings_in_two_rows_of_merged_cells_are_found() -> None:
    rows: list[list[Cell]] = [["Ref", "Name", None], [None, "First name", "Surname"], ["A1", "Ann", "Sample"]]
    content, notes = workbook_bytes(rows, merged=["A1:A2", "B1:C1"]), FileNotes("a.xlsx")
    [entry] = read_learner_table(io.BytesIO(content), FileKind.WORKBOOK, notes)
    assert (entry.line, entry.reference) == (3, "A1")
    assert entry.values == {"given_names": "Ann", "family_name": "Sample"}
    assert [(note.line, note.message) for note in notes.take()] == [
        (2, "They were found here, and what is above was passed over.")
    ]


def test_errors_are_found_where_they_are() -> None:
    [row] = read(workbook_bytes([[None, "x", ERROR_NA, RawCell(' t="e"><f>VLOOKUP("Ann")</f><v>#REF!</v>')]]))
    assert row.cells == ["", "x", "", ""]
    assert row.problems == {
        2: "It is an error of Excel, #N/A. Correct the formula in Excel, or clear the cell.",
        3: "It is an error of Excel, #REF!. Correct the formula in Excel, or clear the cell.",
    }


def test_shared_strings_and_prefixed_elements_are_read() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = (
        f'<x:worksheet xmlns:x="{main}"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>1</x:v></x:c>'
        '<x:c r="B1" t="e"><x:v>#N/A</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    strings = f'<sst xmlns="{main}"><si><t>x</t></si><si><r><t>R</t></r><r><rPr><b/></rPr><t>ef</t></r></si></sst>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relationships = "".join(
        f'<Relationship Id="rId{number}" Type="{office}/{kind}" Target="{target}"/>'
        for number, kind, target in (
            (1, "worksheet", "/xl/worksheets/sheet1.xml"),
            (2, "sharedStrings", "sharedStrings.xml"),
        )
    )
    content = replace_part(workbook_bytes(), "xl/worksheets/sheet1.xml", sheet)
    content = replace_part(content, "xl/sharedStrings.xml", strings)
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    rels = f'<Relationships xmlns="{package}">{relationships}</Relationships>'
    [row] = read(replace_part(content, "xl/_rels/workbook.xml.rels", rels))
    assert (row.cells, list(row.problems)) == (["Ref", ""], [1])


def test_cells_far_apart_do_not_exhaust_memory() -> None:
    sheet = sheet_xml([["x"]]).replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    message = error_message(replace_part(workbook_bytes(), "xl/worksheets/sheet1.xml", sheet))
    assert message == (
        "a.xlsx: has cells so far from one another on the sheet 'Sheet1' that it cannot be read; copy the table to a new "
        "workbook, or save the sheet as CSV UTF-8"
    )


def test_empty_cells_far_away_do_no_harm() -> None:
    sheet = sheet_xml([["x"]]).replace("</sheetData>", '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>')
    assert cells(replace_part(workbook_bytes(), "xl/worksheets/sheet1.xml", sheet)) == [(1, ["x"])]


@pytest.mark.slow
def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    content = replace_part(workbook_bytes([["x"]]), "xl/media/image1.png", "0" * (301 * 1024 * 1024))
    assert error_message(content) == "a.xlsx: is too large a workbook; save its sheet as CSV UTF-8, and import that"


DAMAGED = "a.xlsx: is a damaged workbook; open it in Excel, and save it again"
WORKBOOK = workbook_bytes([["x"]])


@pytest.mark.parametrize(
    "content",
    [
        WORKBOOK[:-30],
        WORKBOOK[:200] + b"\0" * 50 + WORKBOOK[250:],
        replace_part(WORKBOOK, "xl/worksheets/sheet1.xml", None),
        replace_part(WORKBOOK, "xl/worksheets/sheet1.xml", "<worksheet><sheetData>"),
        replace_part(WORKBOOK, "xl/worksheets/sheet1.xml", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'),
        replace_part(WORKBOOK, "xl/worksheets/sheet1.xml", sheet_xml([["x"]]).replace("A1", "ZZZZ1")),
        replace_part(WORKBOOK, "xl/workbook.xml", "<workbook><sheets><sheet/></sheets></workbook>"),
        replace_part(WORKBOOK, "xl/_rels/workbook.xml.rels", "<Relationships><Relationship/></Relationships>"),
    ],
)
def test_damaged_workbooks_are_refused(content: bytes) -> None:
    assert error_message(content) == DAMAGED


def test_a_workbook_without_text_is_empty() -> None:
    assert error_message(workbook_bytes([[None]])) == "a.xlsx: is an empty workbook"
