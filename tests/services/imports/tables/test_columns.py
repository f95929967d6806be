"""Tests of the headings by which columns are known, and of the lists of columns."""

from collections import Counter

import pytest

from services.imports.tables.columns import ColumnSet, heading_key
from services.imports.tables.employer_columns import EMPLOYER_COLUMNS
from services.imports.tables.learner_columns import LEARNER_COLUMNS


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("learnerReference", "learnerReference"),
        ("LEARNER_REFERENCE", "learnerReference"),
        (" Learner-Reference * ", "learnerReference"),
        ("LearnRefNumber", "learnerReference"),
        ("Forename(s)", "givenNames"),
        ("Surname:", "familyName"),
        ("ULN (10 digits)", "uln"),
        ("AddLine3", "addressLine3"),
        ("Address 1", "addressLine1"),
        ("Tutor\u00a0e\u2011mail", "tutorEmail"),
        ("EmpId", "employerId"),
        ("Hours/week", "weeklyHours"),
        ("Post code", "postcode"),
        ("", None),
        ("()", None),
        ("Shoe size", None),
        ("DateOfBirth", None),
        ("x" * 100_000, None),
    ],
)
def test_headings_of_learners(heading: str, name: str | None) -> None:
    column = LEARNER_COLUMNS.find(heading)
    assert (column and column.name) == name


@pytest.mark.parametrize(
    ("heading", "reason"),
    [
        ("D.O.B.", "it is not kept"),
        ("NI number", "it is not kept"),
        ("LearnAimRef", "learning aims come from ILR returns only"),
        ("Surnames", "it is not known; perhaps familyName is meant"),
        ("Shoe size", "it is not known"),
    ],
)
def test_why_a_column_is_passed_over(heading: str, reason: str) -> None:
    assert LEARNER_COLUMNS.why_passed_over(heading) == reason


@pytest.mark.parametrize("columns", [LEARNER_COLUMNS, EMPLOYER_COLUMNS])
def test_no_heading_is_listed_twice(columns: ColumnSet) -> None:
    names = [name for column in columns.columns for name in {heading_key(n): n for n in (column.name, *column.also)}]
    names += [heading_key(name) for passed_over in columns.passed_over.values() for name in set(passed_over)]
    assert [name for name, times in Counter(names).items() if times > 1] == []
