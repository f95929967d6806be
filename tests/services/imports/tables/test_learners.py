"""Tests of reading learners from tables: columns, empty cells, row numbers, and invalid values."""

import io
from decimal import Decimal

import pytest

from models import ProgrammeStatus
from services.imports.entry import EmployerReference, LearnerEntry
from services.imports.file_kinds import FileKind
from services.imports.report import EntryProblem, Severity, UnreadableFileError
from services.imports.tables.learners import read_learner_table
from services.imports.tables.notes import FileNotes
from tests.support.scenarios.tables import DATE, ERROR_NA, Cell, workbook_bytes

HEADER = (
    "learnerReference,title,givenNames,familyName,uln,programme,subProgramme,programmeStatus,tutorEmail,employer,"
    "employerConfirmed,jobTitle,weeklyHours,workplacePostcode,addressLine1,addressLine2,addressLine3,addressLine4,"
    "postcode,groups"
)


def read(text: str) -> list[LearnerEntry]:
    return list(read_learner_table(io.BytesIO(text.encode()), FileKind.TEXT, FileNotes("learners.csv")))


def read_with_notes(text: str) -> tuple[list[LearnerEntry], list[tuple[int, str, str]]]:
    notes = FileNotes("learners.csv")
    entries = list(read_learner_table(io.BytesIO(text.encode()), FileKind.TEXT, notes))
    return entries, [(note.line, note.place, note.message) for note in notes.take()]


def read_workbook_cell(heading: str, cell: Cell) -> LearnerEntry:
    content = workbook_bytes([["Learner ref", heading], ["A1", cell]])
    [entry] = read_learner_table(io.BytesIO(content), FileKind.WORKBOOK, FileNotes("learners.xlsx"))
    return entry


def problems(entry: LearnerEntry) -> list[tuple[str, str, str | None]]:
    return [(problem.place, problem.message, problem.rule) for problem in entry.problems]


def error_message(content: bytes) -> str:
    with pytest.raises(UnreadableFileError) as raised:
        list(read_learner_table(io.BytesIO(content), FileKind.TEXT, FileNotes("learners.csv")))
    return str(raised.value)


def read_cell(column: str, text: str) -> LearnerEntry:
    """Read a record that consists of a reference and this cell."""
    [entry] = read(f'learnerReference,{column}\nA1,"{text}"\n')
    return entry


def test_all_columns_are_read() -> None:
    [entry] = read(
        f"{HEADER}\r\nA1,Ms,Ada Mary,Ångström,9276308686,Bakery,Cohort 26A,On a break,Tutor@Example.org,"
        '"Bell, Book",yes,Baker,37.50,sw1a1aa,1 Mill Lane,Sampleton,Sampleshire,England,SW1A 1AA,'
        '" B ;A;;B"\r\n'
    )
    assert entry == LearnerEntry(
        line=2,
        reference="A1",
        values={
            "title": "Ms",
            "given_names": "Ada Mary",
            "family_name": "Ångström",
            "uln": "9276308686",
            "programme": "Bakery",
            "sub_programme": "Cohort 26A",
            "programme_status": ProgrammeStatus.ON_A_BREAK,
            "tutor_email": "tutor@example.org",
            "job_title": "Baker",
            "weekly_hours": Decimal("37.50"),
            "workplace_postcode": "SW1A 1AA",
            "address_line1": "1 Mill Lane",
            "address_line2": "Sampleton",
            "address_line3": "Sampleshire",
            "address_line4": "England",
            "postcode": "SW1A 1AA",
            "groups": ("A", "B"),
            "employer": EmployerReference("Bell, Book", confirmed=True),
        },
    )


def test_values_of_absent_columns_are_not_set() -> None:
    assert read("learnerReference\nA1\n") == [LearnerEntry(2, "A1")]


def test_empty_cells_clear_all_values_except_mandatory_ones() -> None:
    [entry] = read(f"{HEADER}\nA1{',' * 19}\n")
    cleared = (
        "title uln programme sub_programme tutor_email job_title weekly_hours workplace_postcode employer postcode"
    )
    lines = [f"address_line{number}" for number in range(1, 5)]
    assert entry == LearnerEntry(2, "A1", values=dict.fromkeys([*cleared.split(), *lines]) | {"groups": ()})


def test_the_line_number_of_a_record_is_that_of_its_first_line() -> None:
    text = '\ufeff\nlearnerReference,jobTitle\nA1,"one\ntwo\nthree"\n\n,,\nA2,x\r\nA3,"y\r\nz"\nA4,\n'
    entries = read(text)
    assert [(entry.line, entry.reference) for entry in entries] == [(3, "A1"), (8, "A2"), (9, "A3"), (11, "A4")]
    assert entries[0].values == {"job_title": "one two three"}


@pytest.mark.parametrize(
    ("column", "text", "rule"),
    [
        ("uln", "9276308685", "ULN_04"),
        ("uln", "123", "ULN_04"),
        ("postcode", "SW1A 1CI", "Postcode_15"),
        ("workplacePostcode", "nowhere", "Postcode_15"),
        ("familyName", "x" * 101, "FD_FamilyName_AL"),
        ("addressLine4", "x" * 51, "FD_AddLine4_AL"),
        ("title", "x" * 21, None),
        ("programme", "x" * 201, None),
        ("groups", f"A;{'x' * 201}", None),
        ("programmeStatus", "asleep", None),
        ("weeklyHours", "0", None),
        ("weeklyHours", "168.01", None),
        ("weeklyHours", "37.555", None),
        ("weeklyHours", "NaN", None),
        ("weeklyHours", "1_0", None),
        ("weeklyHours", "٣", None),
        ("jobTitle", "a\0b", None),
        ("jobTitle", "e" + "\u0301" * 31, None),
    ],
)
def test_invalid_cells_are_problems(column: str, text: str, rule: str | None) -> None:
    assert [(problem.line, problem.place, problem.rule) for problem in read_cell(column, text).problems] == [
        (2, column, rule)
    ]


def test_a_long_run_of_combining_marks_is_refused_without_being_normalised() -> None:
    assert [
        (problem.place, problem.message)
        for problem in read_cell("jobTitle", "e" + "\u0315\u0300\u0316" * 40_000).problems
    ] == [
        ("jobTitle", "It has a character that is not allowed."),
    ]


@pytest.mark.parametrize(("text", "hours"), [("168", "168"), ("0.5", "0.5"), ("37.5000", "37.5"), ("37,5", "37.5")])
def test_weekly_hours_are_rounded_to_two_places(text: str, hours: str) -> None:
    assert read_cell("weeklyHours", text).values == {"weekly_hours": Decimal(hours)}


@pytest.mark.parametrize("status", ProgrammeStatus)
def test_every_programme_status_is_accepted(status: ProgrammeStatus) -> None:
    assert read_cell("programmeStatus", status.lower()).values == {"programme_status": status}


@pytest.mark.parametrize(
    ("text", "confirmed"), [("true", True), ("NO", False), ("1", True), ("0", False), ("Yes", True), ("", None)]
)
def test_employer_confirmed_is_a_boolean(text: str, confirmed: bool | None) -> None:
    [entry] = read(f"learnerReference,employer,employerConfirmed\nA1,Acme,{text}\n")
    assert entry.values == {"employer": EmployerReference("Acme", confirmed=confirmed)}


def test_employer_confirmed_must_be_a_boolean() -> None:
    [entry] = read("learnerReference,employer,employerConfirmed\nA1,Acme,maybe\n")
    assert entry.problems == [EntryProblem(2, "employerConfirmed", "It must be yes or no.")]


@pytest.mark.parametrize("reference", ["", "A-1", "Ä1", "A" * 13])
def test_invalid_references_are_problems(reference: str) -> None:
    [entry] = read(f"learnerReference,title\n{reference},Ms\n")
    assert [problem.place for problem in entry.problems] == ["learnerReference"]


def test_all_problems_are_reported_at_once() -> None:
    [entry] = read("learnerReference,uln,postcode,title\nA-1,1,2,Ms\n")
    assert [(problem.place, problem.severity) for problem in entry.problems] == [
        ("learnerReference", Severity.REFUSAL),
        ("uln", Severity.ERROR),
        ("postcode", Severity.ERROR),
    ]
    assert entry.values == {"title": "Ms"}


def test_cells_beyond_the_headings_refuse_the_row_unless_they_are_empty() -> None:
    kept, refused = read("learnerReference,title\nA1,Ms,, ,\nA2,Ms,more\n")
    assert kept == LearnerEntry(2, "A1", values={"title": "Ms"})
    message = (
        "It has text beyond the last heading. If a value has a separator in it, put quotation marks around the value; "
        "otherwise delete what is beyond the headings."
    )
    assert refused.problems == [EntryProblem(3, "line", message, severity=Severity.REFUSAL)]


def test_missing_cells_at_the_end_of_a_row_are_empty() -> None:
    assert read("learnerReference,title,uln\nA1,Ms\n") == [LearnerEntry(2, "A1", values={"title": "Ms", "uln": None})]


def test_problems_name_the_heading_as_it_is_in_the_file() -> None:
    [entry] = read("Learner Ref,Home Postcode,FIRST NAME\nA1,nowhere,Ann\n")
    assert problems(entry) == [("Home Postcode", "A postcode is written like SW1A 1AA.", "Postcode_15")]
    assert entry.values == {"given_names": "Ann"}


def test_what_an_ilr_return_cannot_hold_is_kept_with_a_warning() -> None:
    [entry] = read("LearnRefNumber,GivenNames,AddLine1\nA1,Agent 7,14–16 Café Row #4\n")
    assert entry.values == {"given_names": "Agent 7", "address_line1": "14–16 Café Row #4"}
    assert {problem.severity for problem in entry.problems} == {Severity.WARNING}
    assert problems(entry) == [
        ("GivenNames", "It is kept, but an ILR return cannot hold digits here.", "FD_GivenNames_AP"),
        ("AddLine1", "It is kept, but an ILR return cannot hold – (only -), é (only e), #.", "FD_AddLine1_AP"),
    ]


def test_text_that_a_program_has_damaged_is_kept_with_a_warning() -> None:
    [entry] = read("ref,Forename,Address 1\nA1,ZoÃ«,03-Jan\n")
    assert entry.values == {"given_names": "ZoÃ«", "address_line1": "03-Jan"}
    assert [(problem.place, problem.severity, problem.rule) for problem in entry.problems] == [
        ("Forename", Severity.WARNING, None),
        ("Address 1", Severity.WARNING, None),
    ]


@pytest.mark.parametrize(
    ("heading", "text", "message"),
    [
        (
            "uln",
            "1.06148E+09",
            "Excel has rounded it to scientific notation, as in 1.2E+09, so digits are lost. Format the column as Number "
            "without decimal places in Excel, check the digits, and save again.",
        ),
        ("uln", "#N/A", "It is an error of Excel, #N/A. Correct the formula in Excel, or clear the cell."),
        ("jobTitle", "#ref!", "It is an error of Excel, #REF!. Correct the formula in Excel, or clear the cell."),
        (
            "uln",
            "########",
            "Excel has saved #### because the column was too narrow. Widen it in Excel, and save again.",
        ),
        (
            "employerId",
            "12345",
            "It has 5 of 9 digits. If Excel has removed zeros at the beginning, format the column as Text in Excel, and type "
            "them again.",
        ),
    ],
)
def test_what_excel_has_done_to_a_cell_is_told(heading: str, text: str, message: str) -> None:
    entry = read_cell(heading, text)
    assert ([(problem.place, problem.message) for problem in entry.problems], entry.values) == (
        [(heading, message)],
        {},
    )


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (ERROR_NA, "It is an error of Excel, #N/A. Correct the formula in Excel, or clear the cell."),
        (
            DATE,
            "Excel has turned it into a date or time. Format the column as Text in Excel, and type the value again.",
        ),
    ],
)
def test_errors_and_dates_in_workbooks_are_told_and_clear_nothing(cell: Cell, message: str) -> None:
    entry = read_workbook_cell("Job role", cell)
    assert (problems(entry), entry.values) == ([("Job role", message, None)], {})


@pytest.mark.parametrize(
    ("heading", "cell", "values"),
    [
        ("ULN", 9276308686, {"uln": "9276308686"}),
        ("ULN", "9276308686", {"uln": "9276308686"}),
        ("Hours", 37.400000000000006, {"weekly_hours": Decimal("37.4")}),
        ("Job", 7, {"job_title": "7"}),
        ("Job", True, {"job_title": "true"}),
        ("Job", " two\nlines ", {"job_title": "two lines"}),
        ("Job", None, {"job_title": None}),
    ],
)
def test_cells_of_workbooks_are_read_as_people_see_them(heading: str, cell: Cell, values: dict[str, object]) -> None:
    assert read_workbook_cell(heading, cell) == LearnerEntry(2, "A1", values=values)


@pytest.mark.parametrize(
    ("row", "reference"),
    [(["A1", "9276308686.0"], "A1"), (['="0012"', '="9276308686"'], "0012"), (["'0012", "'9276308686"], "0012"),
     (["12.0", "9,276,308,686"], "12"), (["1E5", "9.276308686E+09"], "1E5")],
)  # fmt: skip
def test_what_programs_put_around_codes_is_removed(row: list[str], reference: str) -> None:
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
    assert read(f"Ref,ULN\n{quoted}\n") == [LearnerEntry(2, reference, values={"uln": "9276308686"})]


def test_an_employer_is_known_by_name_or_number() -> None:
    entries = read(
        "ref,employer,EmpId,employerConfirmed\n1,Acme,100012345,y\n2,,100012345,\n3,Acme,,n\n4,,,\n5,Acme,1,\n6,,1,\n"
    )
    assert [entry.values for entry in entries] == [
        {"employer": EmployerReference("Acme", "100012345", True)},
        {"employer": EmployerReference("100012345", "100012345")},
        {"employer": EmployerReference("Acme", confirmed=False)},
        {"employer": None},
        {"employer": EmployerReference("Acme")},
        {},
    ]


def test_columns_that_are_passed_over_are_told() -> None:
    text = "Title of a list\n\nRef,DOB,Family name 2,Shoe size,Full name,Tutor,confirmed employer,\nA1,1/2/2005,x,9,A B,C D,yes,\n"
    entries, notes = read_with_notes(text)
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


def test_text_in_a_column_without_a_heading_is_told_once() -> None:
    entries, notes = read_with_notes(",Ref,,Title\n0,A1,,Ms\n1,A2,,Mr\n")
    assert [entry.reference for entry in entries] == ["A1", "A2"]
    assert notes == [(2, "column A", "It has text here but no heading, and was passed over.")]


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
    assert error_message(content) == error
