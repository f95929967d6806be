"""Tests of reading learners from tables: columns, empty cells, and invalid values."""

import io
from decimal import Decimal

import pytest

from models import ProgrammeStatus
from services.imports.entry import EmployerReference, LearnerEntry
from services.imports.file_kinds import FileKind
from services.imports.report import EntryProblem, Severity
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


def read_workbook_cell(heading: str, cell: Cell) -> LearnerEntry:
    content = workbook_bytes([["Learner ref", heading], ["A1", cell]])
    [entry] = read_learner_table(io.BytesIO(content), FileKind.WORKBOOK, FileNotes("learners.xlsx"))
    return entry


def problems(entry: LearnerEntry) -> list[tuple[str, str, str | None]]:
    return [(problem.place, problem.message, problem.rule) for problem in entry.problems]


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
        ("weeklyHours", "Infinity", None),
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
    ("text", "status"),
    [
        ("Entered assessment (EPA)", ProgrammeStatus.ENTERED_EPA),
        ("In EPA", ProgrammeStatus.ENTERED_EPA),
        ("on break", ProgrammeStatus.ON_A_BREAK),
        ("Completed", ProgrammeStatus.COMPLETE),
    ],
)
def test_programme_statuses_are_known_by_what_people_call_them(text: str, status: ProgrammeStatus) -> None:
    assert read_cell("programmeStatus", text).values == {"programme_status": status}


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
