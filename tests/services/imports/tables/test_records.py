"""Tests of the records of tables: headings, row numbers, surplus and missing cells, warnings, and unreadable files."""

import io

import pytest

from services.imports.entry import EmployerReference, LearnerEntry
from services.imports.file_kinds import FileKind
from services.imports.report import EntryProblem, Severity, UnreadableFileError
from services.imports.tables.learners import read_learner_table
from services.imports.tables.notes import FileNotes


def read(text: str) -> tuple[list[LearnerEntry], list[tuple[int, str, str]]]:
    """Return the learners in a CSV file, and the row, place and message of each warning about the file."""
    notes = FileNotes("learners.csv")
    entries = list(read_learner_table(io.BytesIO(text.encode()), FileKind.TEXT, notes))
    return entries, [(note.line, note.place, note.message) for note in notes.take()]


def test_the_line_number_of_a_record_is_that_of_its_first_line() -> None:
    text = '\ufeff\nlearnerReference,jobTitle\nA1,"one\ntwo\nthree"\n\n,,\nA2,x\r\nA3,"y\r\nz"\nA4,\n'
    entries, _ = read(text)
    assert [(entry.line, entry.reference) for entry in entries] == [(3, "A1"), (8, "A2"), (9, "A3"), (11, "A4")]
    assert entries[0].values == {"job_title": "one two three"}


def test_cells_beyond_the_headings_refuse_the_row_unless_they_are_empty() -> None:
    (kept, refused), _ = read("learnerReference,title\nA1,Ms,, ,\nA2,Ms,more\n")
    assert kept == LearnerEntry(2, "A1", values={"title": "Ms"})
    message = (
        "It has text beyond the last heading. If a value has a separator in it, put quotation marks around the value; "
        "otherwise delete what is beyond the headings."
    )
    assert refused.problems == [EntryProblem(3, "line", message, severity=Severity.REFUSAL)]


def test_missing_cells_at_the_end_of_a_row_are_empty() -> None:
    entries, _ = read("learnerReference,title,uln\nA1,Ms\n")
    assert entries == [LearnerEntry(2, "A1", values={"title": "Ms", "uln": None})]


def test_problems_name_the_heading_as_it_is_in_the_file() -> None:
    [entry], _ = read("Learner Ref,Home Postcode,FIRST NAME\nA1,nowhere,Ann\n")
    assert entry.problems == [EntryProblem(2, "Home Postcode", "A postcode is written like SW1A 1AA.", "Postcode_15")]
    assert entry.values == {"given_names": "Ann"}


def test_columns_that_are_passed_over_are_told() -> None:
    text = "Title of a list\n\nRef,DOB,Family name 2,Shoe size,Full name,Tutor,confirmed employer,\nA1,1/2/2005,x,9,A B,C D,yes,\n"
    entries, notes = read(text)
    assert entries == [LearnerEntry(4, "A1")]
    assert notes == [
        (3, "headings", "They were found here, and what is above was passed over."),
        (3, "DOB", "The column was passed over: it is not kept."),
        (3, "Family name 2", "The column was passed over: it is not known; perhaps familyName is meant."),
        (3, "Shoe size", "The column was passed over: it is not known."),
        (3, "Full name", "The column was passed over: a name has two columns, givenNames and familyName."),
        (3, "Tutor", "The column was passed over: a tutor is found by tutorEmail."),
        (3, "confirmed employer", "It was passed over, as there is no column employer or employerId."),
    ]


@pytest.mark.parametrize(
    ("headings", "lines"),
    [
        ("Address,Town,County", {1: "a", 3: "b", 4: "c"}),
        ("Address 1,Address 2,Town,County", {1: "a", 2: "b", 3: "c", 4: "d"}),
        ("Town,Address 1,Address 2,Address 3", {1: "b", 2: "c", 3: "d", 4: "a"}),
        ("Address 1,Street,City", {1: "a", 2: "b", 3: "c"}),
        ("Address 1,Address 2,Address 3,Town,County", {1: "a", 2: "b", 3: "c", 4: "d"}),
    ],
)
def test_towns_and_counties_take_the_address_lines_that_are_left(headings: str, lines: dict[int, str]) -> None:
    values = "a,b,c,d,e"[: headings.count(",") * 2 + 1]
    [entry], notes = read(f"ref,{headings}\nA1,{values}\n")
    assert entry.values == {f"address_line{line}": text for line, text in lines.items()}
    passed_over = [(1, "County", "The column was passed over: there is another heading for it.")]
    assert notes == (passed_over if len(lines) < len(values.split(",")) else [])


def test_text_in_a_column_without_a_heading_is_told_once() -> None:
    entries, notes = read(",Ref,,Title\n0,A1,,Ms\n1,A2,,Mr\n")
    assert [entry.reference for entry in entries] == ["A1", "A2"]
    assert notes == [(2, "column A", "It has text here but no heading, and was passed over.")]


def test_what_an_ilr_return_cannot_hold_is_kept_with_a_warning() -> None:
    [entry], _ = read("LearnRefNumber,GivenNames,AddLine1\nA1,Agent 7,14–16 Café Row #4\n")
    assert entry.values == {"given_names": "Agent 7", "address_line1": "14–16 Café Row #4"}
    assert {problem.severity for problem in entry.problems} == {Severity.WARNING}
    assert [(problem.place, problem.message, problem.rule) for problem in entry.problems] == [
        ("GivenNames", "It is kept, but an ILR return cannot hold digits here.", "FD_GivenNames_AP"),
        ("AddLine1", "It is kept, but an ILR return cannot hold – (only -), é (only e), #.", "FD_AddLine1_AP"),
    ]


def test_text_that_a_program_has_damaged_is_kept_with_a_warning() -> None:
    [entry], _ = read("ref,Forename,Address 1\nA1,ZoÃ«,03-Jan\n")
    assert entry.values == {"given_names": "ZoÃ«", "address_line1": "03-Jan"}
    assert [(problem.place, problem.severity, problem.rule) for problem in entry.problems] == [
        ("Forename", Severity.WARNING, None),
        ("Address 1", Severity.WARNING, None),
    ]


def test_headings_below_those_of_groups_of_columns_are_found() -> None:
    entries, notes = read("Learner,,Employer\nRef,Surname,Company\nA1,Sample,Ref\n")
    assert [(entry.reference, entry.values) for entry in entries] == [
        ("A1", {"family_name": "Sample", "employer": EmployerReference("Ref")})
    ]
    assert notes == [(2, "headings", "They were found here, and what is above was passed over.")]


def test_headings_that_are_repeated_are_no_learner() -> None:
    entries, notes = read("Learner ref,Surname\nA1,One\nLEARNER REF,surname,\nA2,Two\n\ufeffLearner ref,Surname\n")
    assert [entry.reference for entry in entries] == ["A1", "A2"]
    assert notes == [(line, "headings", "They are repeated here, and this row was passed over.") for line in (3, 5)]


def test_lines_below_the_headings_are_no_record() -> None:
    assert read("ref,Title\n---,-----\nA1,-\n=====\n|:--|:--|\n")[0] == [LearnerEntry(3, "A1", values={"title": "-"})]


def test_the_end_of_a_file_of_dos_is_no_record() -> None:
    assert read("ref\nA1\n\x1a") == ([LearnerEntry(2, "A1")], [])


@pytest.mark.parametrize("separator", ["^", ":", "~", "   "])
def test_other_separators_are_told(separator: str) -> None:
    with pytest.raises(
        UnreadableFileError, match="line 1: has all columns in one; split it in Excel with Data, Text to Columns"
    ):
        read(f"ref{separator}First name{separator}Surname\n")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "learners.csv: is empty"),
        (b"\n,,\n;;\n", "learners.csv: is empty"),
        (
            b"title,shoe size\nMs,9\n",
            "learners.csv, line 1: has no column learnerReference, nor any of its other names; its headings are 'title', "
            "'shoe size'. `trackers import-learners --columns` lists the columns",
        ),
        (
            b'"ref,First name,Surname"\n"A1,Ann,Sample"\n',
            "learners.csv, line 1: has all columns in one; split it in Excel with Data, Text to Columns, and save it again. "
            "`trackers import-learners --columns` lists the columns",
        ),
        (
            b"A1,Ann,Sample\n",
            "learners.csv, line 1: has no heading that is known; its first row must have headings, learnerReference among "
            "them. `trackers import-learners --columns` lists the columns",
        ),
        (
            b"ref,First name,Forename\n",
            "learners.csv, line 1: has two columns for givenNames, 'First name' and 'Forename'; delete one of them, or give "
            "it another heading",
        ),
        (
            b'ref\nA1\n"A2\nA3\n',
            "learners.csv, line 3: has a quotation mark that is opened here and not closed; close it, or delete it",
        ),
        (
            b'ref,title\nA1,"M"s\n',
            "learners.csv, line 2: has a closing quotation mark that is not followed by a separator; write a quotation mark "
            "inside of quotation marks twice",
        ),
        (
            b'ref,title\nA1,"M\nA2,Ms\nA3,"Mr"\n',
            "learners.csv, line 4: has a closing quotation mark that is not followed by a separator; write a quotation mark "
            "inside of quotation marks twice, and look for one that is not closed from line 2 on",
        ),
        (
            b"ref\n" + b"x" * 1024 * 1024,
            "learners.csv, line 2: has more than a million characters in one line, so it is not a table",
        ),
        (b"ref\n" + b"x" * 200_000, "learners.csv, line 2: has a cell of more than 131,072 characters"),
    ],
)
def test_unreadable_files_are_refused(content: bytes, error: str) -> None:
    with pytest.raises(UnreadableFileError) as raised:
        list(read_learner_table(io.BytesIO(content), FileKind.TEXT, FileNotes("learners.csv")))
    assert str(raised.value) == error
