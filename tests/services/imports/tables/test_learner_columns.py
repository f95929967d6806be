"""Tests of what is no value in a table of learners: totals, headings, and what programs write for a missing value."""

import io

import pytest

from services.imports.entry import LearnerEntry
from services.imports.file_kinds import FileKind
from services.imports.report import Severity
from services.imports.tables.learners import read_learner_table
from services.imports.tables.notes import FileNotes


def read(text: str) -> list[LearnerEntry]:
    return list(read_learner_table(io.BytesIO(text.encode()), FileKind.TEXT, FileNotes("learners.csv")))


def problems(entry: LearnerEntry) -> list[tuple[str, str, str | None]]:
    return [(problem.place, problem.message, problem.rule) for problem in entry.problems]


@pytest.mark.parametrize("reference", ["Total", "TOTALS", "Grand total", "Sub-total", "Total: 2", "Count", "Sum:"])
def test_a_row_of_totals_is_refused(reference: str) -> None:
    [entry] = read(f"ref,Hours\n{reference},67.5\n")
    [problem] = entry.problems
    assert (problem.message, problem.severity) == (
        "It is a total, not a learner's reference. Delete this row.",
        Severity.REFUSAL,
    )


@pytest.mark.parametrize("reference", ["Totally", "Summer", "COUNT1", "SUM 12"])
def test_a_reference_like_a_word_for_totals_is_accepted(reference: str) -> None:
    assert read(f"ref\n{reference}\n") == [LearnerEntry(2, reference)]


def test_a_table_with_its_headings_in_the_first_column_is_refused_row_by_row() -> None:
    entries = read("Learner ref,A1\nSurname,Sample\nULN,1061484016\n")
    assert {(problem.place, problem.message, problem.severity) for entry in entries for problem in entry.problems} == {
        (
            "Learner ref",
            "It is a heading, not a reference. Delete this row; or if the first column has the headings, copy the table and "
            "paste it in Excel with Paste Special, Transpose.",
            Severity.REFUSAL,
        )
    }


@pytest.mark.parametrize("text", ["NULL", "(null)", r"\N", "NA", "n/a", "<NA>", "nan", "NaN", "None"])
def test_what_programs_write_for_a_missing_value_is_an_empty_cell(text: str) -> None:
    first, second = read(f"ref,ULN,Hours,Employer,Job,Groups\nA1{f',{text}' * 5}\n{text}\n")
    assert (first.problems, first.values) == (
        [],
        {"uln": None, "weekly_hours": None, "employer": None, "job_title": None, "groups": ()},
    )
    assert problems(second) == [("ref", "It is missing.", "FD_LearnRefNumber_MA")]


def test_names_that_programs_write_for_a_missing_value_are_kept_if_people_may_have_them() -> None:
    assert [entry.values for entry in read("ref,Surname\nA1,NULL\nA2,Nan\nA3,NA\nA4,NaN\nA5,<NA>\n")] == [
        {"family_name": "NULL"},
        {"family_name": "Nan"},
        {"family_name": "NA"},
        {},
        {},
    ]
