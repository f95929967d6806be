"""Tests of reading ILR returns: every year, encoding and element that the reader supports."""

import io
import tracemalloc
from datetime import date
from itertools import chain, repeat

import pytest

from services.imports.entry import AimEntry, EmployerReference, LearnerEntry
from services.imports.ilr.learner import read_ilr_return
from services.imports.ilr.programme import programme_name
from services.imports.ilr.xml import NAMESPACES, YEARS
from services.imports.report import EntryProblem, Severity
from tests.support.scenarios.ilr_returns import (
    AIM_XML,
    learner_xml,
    read_file,
    read_return,
    read_single_learner,
    return_xml,
)


class TestReadReturn:
    def test_a_learner_with_all_elements(self) -> None:
        [(year, ada), _] = read_file("2026-27.xml")
        continuing = {
            "fund_model": 36,
            "programme_type": 25,
            "standard_code": 108,
            "planned_end_date": date(2027, 9, 30),
        }
        assert year == "2026-27"
        assert ada == LearnerEntry(
            line=22,
            reference="Y26A",
            values={
                "uln": ada.values["uln"],
                "family_name": "Ångström",
                "given_names": "Ada Mary",
                "postcode": "ZZ99 9ZZ",
                "address_line1": "1 Sample Street",
                "address_line2": "Sampleton",
                "address_line3": None,
                "address_line4": None,
                "employer": EmployerReference("100056784", "100056784"),
            },
            aims=[
                AimEntry(
                    1,
                    "ZPROG001",
                    1,
                    date(2025, 9, 3),
                    6,
                    software_aim_id="2026-27-a-1",
                    actual_end_date=date(2026, 2, 28),
                    outcome=3,
                    **continuing,  # type: ignore[arg-type]
                ),
                AimEntry(
                    2,
                    "ZPROG001",
                    1,
                    date(2026, 9, 10),
                    1,
                    software_aim_id="2026-27-a-2",
                    original_start_date=date(2025, 9, 3),
                    restart=True,
                    actual_hours=390,
                    learning_support_from=date(2027, 1, 1),
                    learning_support_to=date(2027, 7, 31),
                    **continuing,  # type: ignore[arg-type]
                ),
                AimEntry(3, "60133533", 3, date(2026, 9, 10), 1, software_aim_id="2026-27-a-3", **continuing),  # type: ignore[arg-type]
            ],
        )

    def test_a_learner_without_a_programme(self) -> None:
        [_, (_, ben)] = read_file("2026-27.xml")
        assert ben.values == {
            "uln": "9999999999",
            "family_name": "O'Neill-Łuszcz",
            "given_names": "Ben",
            "postcode": "SW1A 1AA",
            "address_line1": None,
            "address_line2": None,
            "address_line3": None,
            "address_line4": None,
            "employer": None,
        }
        assert ben.aims == [
            AimEntry(
                1,
                "50098184",
                4,
                date(2026, 10, 1),
                3,
                fund_model=38,
                planned_end_date=date(2027, 3, 31),
                actual_end_date=date(2026, 12, 15),
                outcome=3,
                withdraw_reason=44,
            )
        ]

    @pytest.mark.parametrize("year", YEARS)
    def test_every_year_is_supported(self, year: str) -> None:
        entries = read_file(f"{year}.xml")
        assert [(namespace_year, entry.reference) for namespace_year, entry in entries] == [
            (year, f"Y{year[2:4]}A"),
            (year, f"Y{year[2:4]}B"),
        ]
        assert [entry.problems for _, entry in entries] == [[], []]

    @pytest.mark.parametrize(
        ("year", "programme", "hours"),
        [
            ("2018-19", "Framework 490 (ProgType 3)", None),
            ("2020-21", "Standard 102 (ProgType 25)", 390),
            ("2025-26", "Standard 107 (ProgType 25)", 390),
            ("2026-27", "Standard 108 (ProgType 25)", 390),
        ],
    )
    def test_programme_and_hours_are_read_in_each_years_format(
        self, year: str, programme: str, hours: int | None
    ) -> None:
        ada = read_file(f"{year}.xml")[0][1]
        assert ada.aims is not None
        assert (programme_name(ada.aims), ada.aims[1].actual_hours) == (programme, hours)

    @pytest.mark.parametrize("namespace", sorted(NAMESPACES))
    def test_both_namespaces_of_a_year_are_accepted(self, namespace: str) -> None:
        assert [year for year, _ in read_return(return_xml(learner_xml(), namespace))] == [namespace[-7:]]

    @pytest.mark.parametrize("name", ["bom.xml", "utf-16.xml", "latin-1.xml"])
    def test_the_encoding_of_the_declaration_is_used(self, name: str) -> None:
        assert [entry.values["given_names"] for _, entry in read_file(name)] == ["Ada Mary", "Ben"]
        assert read_file(name)[0][1].values["family_name"] == "Ångström"

    def test_unknown_elements_are_skipped(self) -> None:
        unknown = '<Novelty><ULN>1</ULN><Learner/></Novelty><x:ULN xmlns:x="urn:other">2</x:ULN>'
        assert read_single_learner(f"<Header><Learner/></Header>{learner_xml(unknown)}") == read_single_learner(
            learner_xml()
        )
        assert read_single_learner(learner_xml()).problems == []

    def test_text_is_trimmed_and_normalised_to_nfc(self) -> None:
        entry = read_single_learner(learner_xml(aims=AIM_XML).replace("Sample", "\n  Ange\u0301lique  "))
        assert entry.values["family_name"] == "Angélique"

    def test_a_return_without_learners(self) -> None:
        assert read_return(return_xml("<Header/>")) == []

    def test_line_numbers_beyond_65535_are_correct(self) -> None:
        [(_, entry)] = read_return(return_xml("\n" * 70_000 + learner_xml().replace("9276308686", "9276308685")))
        assert entry.line == 70_001
        assert entry.problems == [
            EntryProblem(70_001, "ULN", "Its check digit does not fit: a digit may be mistyped.", "ULN_04")
        ]


def read_statuses(*statuses: str) -> LearnerEntry:
    """Read a learner with these LearnerEmploymentStatus elements."""
    return read_single_learner(
        learner_xml("".join(f"<LearnerEmploymentStatus>{item}</LearnerEmploymentStatus>" for item in statuses))
    )


def test_a_wrong_national_insurance_number_is_only_warned_of() -> None:
    entry = read_single_learner(learner_xml("<NINumber>TN010190F</NINumber>"))
    message = "It must be like AB123456C, with A, B, C, D or nothing at the end. It is not stored."
    assert entry.problems == [EntryProblem(2, "NINumber", message, "NINumber_01", Severity.WARNING)]


class TestEmployer:
    JOB = "<EmpStat>10</EmpStat><DateEmpStatApp>2026-08-01</DateEmpStatApp><EmpId>100012345</EmpId>"

    def test_the_employer_is_that_of_the_latest_status_in_any_order(self) -> None:
        older = "<EmpStat>10</EmpStat><DateEmpStatApp>2025-08-01</DateEmpStatApp><EmpId>100056784</EmpId>"
        employer = EmployerReference("100012345", "100012345")
        assert read_statuses(self.JOB, older).values["employer"] == employer
        assert read_statuses(older, self.JOB).values["employer"] == employer

    @pytest.mark.parametrize("code", [11, 12])
    def test_a_learner_not_in_paid_employment_has_no_employer(self, code: int) -> None:
        newer = f"<EmpStat>{code}</EmpStat><DateEmpStatApp>2026-10-01</DateEmpStatApp>"
        assert read_statuses(self.JOB, newer).values["employer"] is None

    @pytest.mark.parametrize("code", [10, 98])
    def test_without_an_identifier_the_employer_is_not_changed(self, code: int) -> None:
        newer = f"<EmpStat>{code}</EmpStat><DateEmpStatApp>2026-10-01</DateEmpStatApp>"
        assert "employer" not in read_statuses(self.JOB, newer).values

    def test_a_wrong_status_is_only_warned_of(self) -> None:
        entry = read_statuses(self.JOB.replace("<EmpStat>10", "<EmpStat>employed"))
        assert entry.values["employer"] == EmployerReference("100012345", "100012345")
        assert [(problem.place, problem.message, problem.rule, problem.severity) for problem in entry.problems] == [
            (
                "LearnerEmploymentStatus, EmpStat",
                "It must be a whole number from 0 to 99.",
                "FD_EmpStat_AL",
                Severity.WARNING,
            )
        ]

    def test_without_a_status_the_employer_is_not_changed(self) -> None:
        assert "employer" not in read_single_learner(learner_xml()).values

    def test_the_number_for_unlisted_employers_is_read(self) -> None:
        entry = read_statuses(self.JOB.replace("100012345", "999999999"))
        assert entry.values["employer"] == EmployerReference("999999999", "999999999")


class RepeatingReturn(io.BytesIO):
    """A stream of an ILR return that repeats the same learner, generated as it is read."""

    def __init__(self, times: int) -> None:
        super().__init__()
        head, tail = return_xml("|").split(b"|")
        self.chunks = chain([head], repeat(learner_xml().encode(), times), [tail])

    def read(self, size: int | None = -1, /) -> bytes:
        return next(self.chunks, b"")


def peak_memory(times: int) -> int:
    """Return the peak memory in bytes of reading a return that repeats a learner this many times."""
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_ilr_return(RepeatingReturn(times), "return.xml")) == times
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file() -> None:
    peak_memory(50)  # warms up caches
    assert peak_memory(5_000) < 2 * peak_memory(50)
