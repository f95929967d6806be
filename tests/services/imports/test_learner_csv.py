"""Tests of reading learners from CSV: columns, empty cells, line numbers, and invalid values."""

import io
from decimal import Decimal

import pytest

from models import ProgrammeStatus
from services.imports.entry import EmployerReference, LearnerEntry
from services.imports.learner_csv import read_learner_csv
from services.imports.report import EntryProblem, Severity, UnreadableFileError

HEADER = (
    "learnerReference,title,givenNames,familyName,uln,programme,subProgramme,programmeStatus,tutorEmail,employer,"
    "employerConfirmed,jobTitle,weeklyHours,workplacePostcode,addressLine1,addressLine2,addressLine3,addressLine4,"
    "postcode,groups"
)


def read(text: str) -> list[LearnerEntry]:
    return list(read_learner_csv(io.BytesIO(text.encode()), "learners.csv"))


def error_message(content: bytes) -> str:
    with pytest.raises(UnreadableFileError) as raised:
        list(read_learner_csv(io.BytesIO(content), "learners.csv"))
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
    with pytest.raises(UnreadableFileError, match="unknown column"):
        read(text.replace("jobTitle", "job"))
    entries = read(text.replace(",,\n", ",\n"))
    assert [(entry.line, entry.reference) for entry in entries] == [(3, "A1"), (8, "A2"), (9, "A3"), (11, "A4")]
    assert entries[0].values == {"job_title": "one two three"}


@pytest.mark.parametrize(
    ("column", "text", "rule"),
    [
        ("uln", "9276308685", "ULN_04"),
        ("uln", "123", "ULN_04"),
        ("postcode", "SW1A 1CI", "Postcode_15"),
        ("workplacePostcode", "nowhere", "Postcode_15"),
        ("givenNames", "Agent 7", None),
        ("familyName", "x" * 101, None),
        ("addressLine4", "Größe", None),
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


@pytest.mark.parametrize(("text", "hours"), [("168", "168"), ("0.5", "0.5"), ("37.5000", "37.5")])
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
    assert entry.problems == [EntryProblem(2, "employerConfirmed", "It must be true or false.")]


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


@pytest.mark.parametrize(("row", "count"), [("A1", 1), ("A1,Ms,more", 3)])
def test_a_wrong_number_of_values_is_a_problem(row: str, count: int) -> None:
    [entry] = read(f"learnerReference,title\n{row}\n")
    error = f"It has {count} values for 2 columns; a comma inside a value needs quotes."
    assert entry.problems == [EntryProblem(2, "record", error, severity=Severity.REFUSAL)]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "learners.csv: is empty"),
        (b"\n\n", "learners.csv: is empty"),
        (b"title\nMs\n", "learners.csv, line 1: lacks the column learnerReference"),
        (b"learnerReference,learnerReference\n", "learners.csv, line 1: has the column learnerReference twice"),
        (b"learnerReference\nA1\n\xff\n", "learners.csv, line 3: is not UTF-8"),
        ("learnerReference\n".encode("utf-16"), "learners.csv, line 1: is not UTF-8"),
        (b'learnerReference\nA1\n"A2\nA3\n', "learners.csv, line 3: is not CSV: unexpected end of data"),
        (
            b'learnerReference,title\nA1,"M"s\n',
            "learners.csv, line 2: is not CSV: ',' expected after '\"'",
        ),
        (b"learnerReference\n" + b"x" * 1024 * 1024, "learners.csv, line 2: has a line of 1 MB or more"),
        (
            b"learnerReference,employerConfirmed\nA1,yes\n",
            "learners.csv: has the column employerConfirmed without the column employer",
        ),
    ],
)
def test_unreadable_files_are_refused(content: bytes, error: str) -> None:
    assert error_message(content) == error


def test_the_error_for_an_unknown_column_lists_the_known_columns() -> None:
    error = error_message(b"learnerReference;title\n")
    assert error.startswith(
        "learners.csv, line 1: has an unknown column 'learnerReference;title'; known columns: learnerRef"
    )
    assert "\n" not in error
