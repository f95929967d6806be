"""Tests of importing learners with errors, which are imported without the wrong values."""

from collections.abc import Sequence
from typing import Any

import pytest

from models import Learner, LearningAim, Organisation
from services.imports.report import MAX_LISTED, EntryProblem, RecordProblems, Severity
from tests.support.scenarios.ilr_returns import RETURNS
from tests.support.scenarios.imports import (
    WriteReturn,
    aim_xml,
    counts,
    import_file,
    learner_xml,
    written_rows,
)

ERRORS = RETURNS / "errors"

pytestmark = pytest.mark.usefixtures("database")


def listed(records: Sequence[RecordProblems]) -> list[tuple[str, int, list[str | None]]]:
    """Return the reference, the line and the rules of each record."""
    return [(record.reference, record.line, [problem.rule for problem in record.problems]) for record in records]


async def stored_ulns() -> list[str | None]:
    return [learner.uln for learner in await Learner.all().order_by("reference")]


class TestErrors:
    async def test_a_learner_with_errors_is_imported_without_the_wrong_values(self, provider: Organisation) -> None:
        report = await import_file(RETURNS / "broken" / "wrong-values.xml", provider)
        assert counts(report) == (8, 0, 0, 1, 0)
        assert listed(report.refused.items) == [
            (
                "W7-long-reference",
                161,
                ["FD_ULN_MA", "FamilyName_01", "FD_LearnRefNumber_AL", "FD_LearnAimRef_MA", "FD_AimType_MA"],
            ),
        ]
        assert listed(report.with_errors.items) == [
            ("W2", 45, ["ULN_04"]),
            ("W4", 90, ["Postcode_15"]),
            ("W5", 112, ["EmpId_02"]),
            ("W6", 139, ["FD_FamilyName_AP", None, "FD_FundModel_AL", "CompStatus_01"]),
            ("W8", 179, ["FD_LearningDelivery_EO"]),
        ]
        assert [
            (warning.reference, warning.problem.place, warning.problem.rule) for warning in report.warnings.items
        ] == [
            ("W3", "NINumber", "NINumber_01"),
            ("W6", "LearningDelivery 1", None),
        ]
        rows = await Learner.all().order_by("reference").values_list(
            "reference", "uln", "family_name", "postcode", "employer_id", "programme__name"
        )  # fmt: skip
        assert [(row[0], *("set" if value else value for value in row[1:])) for row in rows] == [
            ("W1", "set", "set", "set", None, "set"),
            ("W2", None, "set", "set", None, "set"),
            ("W3", "set", "set", "set", None, "set"),
            ("W4", "set", "set", None, None, "set"),
            ("W5", "set", "set", "set", None, "set"),
            ("W6", "set", "", "set", None, None),
            ("W8", "set", "set", "set", None, None),
            ("W9", "set", "set", "set", None, "set"),
        ]
        aims = await LearningAim.all().prefetch_related("learner")
        assert sorted(aim.learner.reference or "" for aim in aims) == [
            "W1",
            "W2",
            "W3",
            "W4",
            "W5",
            "W9",
        ]

    async def test_a_known_learner_keeps_what_was_stored_instead_of_a_wrong_value(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        job = "<EmpStat>10</EmpStat><DateEmpStatApp>2026-08-01</DateEmpStatApp><EmpId>100012345</EmpId>"
        status = f"<LearnerEmploymentStatus>{job}</LearnerEmploymentStatus>"
        right = learner_xml(status, aim_xml(FundModel=36), Postcode="SW1A 1AA", AddLine1="1 Sample Street")
        await import_file(write_return(right), provider)
        before = await written_rows()
        wrong = learner_xml(
            status.replace("100012345", "100012346"),
            aim_xml(FundModel="36 or 35", CompStatus=9),
            ULN=9276308685,
            FamilyName="7",
            Postcode="SW1A 1CI",
            AddLine1="1 Größe Street",
        )
        report = await import_file(write_return(wrong), provider)
        assert (counts(report), report.with_errors.count) == ((0, 0, 1, 0, 0), 1)
        assert await written_rows() == before

    async def test_the_right_values_of_a_known_learner_are_written(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await import_file(write_return(learner_xml()), provider)
        report = await import_file(write_return(learner_xml(ULN=9276308685, FamilyName="New")), provider)
        assert (counts(report), report.with_errors.count) == ((0, 1, 0, 0, 0), 1)
        assert await Learner.get(reference="A1").values_list("uln", "family_name") == ("9276308686", "New")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"LearnStartDate": "2026-02-30", "SWSupAimId": "a-1"},
            {"LearnStartDate": "", "Outcome": 1},
            {"LearnAimRef": "much too long", "Outcome": 1},
            {"CompStatus": "", "Outcome": 1},
            {"AimType": "x", "Outcome": 1},
        ],
    )
    async def test_a_stored_aim_is_found_by_what_is_right(
        self, provider: Organisation, write_return: WriteReturn, wrong: dict[str, Any]
    ) -> None:
        await import_file(write_return(learner_xml(aim_xml(SWSupAimId="a-1", Outcome=3))), provider)
        [before] = await LearningAim.all().values()
        await import_file(write_return(learner_xml(aim_xml(**wrong))), provider)
        changed = {"outcome": 1, "software_aim_id": None} if "Outcome" in wrong else {"outcome": None}
        assert await LearningAim.all().values() == [before | changed]

    async def test_no_aim_is_removed_while_one_of_the_return_cannot_be_told(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await import_file(write_return(learner_xml(aim_xml(), aim_xml("50098184"))), provider)
        before = await written_rows()
        broken = aim_xml("much too long", start="never")
        report = await import_file(write_return(learner_xml(aim_xml(), broken)), provider)
        assert [warning.problem for warning in report.warnings.items] == [
            EntryProblem(
                1,
                "LearningDelivery 2",
                "This learning aim is left out, because of its errors.",
                severity=Severity.WARNING,
            )
        ]
        assert await written_rows() == before

    async def test_the_reference_stands_for_a_learner_without_any_name(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        report = await import_file(write_return(learner_xml(FamilyName="", GivenNames="7")), provider)
        assert listed(report.with_errors.items) == [("A1", 1, ["FD_GivenNames_AP", "FamilyName_01"])]
        assert await Learner.get().values_list("given_names", "family_name") == ("", "A1")
        await import_file(write_return(learner_xml()), provider)
        assert await Learner.get().values_list("given_names", "family_name") == ("Sam", "Sample")
        await import_file(write_return(learner_xml(FamilyName="", GivenNames="")), provider)
        assert await Learner.get().values_list("given_names", "family_name") == ("Sam", "Sample")

    async def test_a_superseded_employer_is_only_warned_of(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        def job(number: int, date: str) -> str:
            elements = f"<EmpStat>10</EmpStat><DateEmpStatApp>{date}</DateEmpStatApp><EmpId>{number}</EmpId>"
            return f"<LearnerEmploymentStatus>{elements}</LearnerEmploymentStatus>"

        statuses = job(100012346, "2025-08-01") + job(100012345, "2026-08-01")
        report = await import_file(write_return(learner_xml(statuses, aim_xml())), provider)
        assert (counts(report), report.with_errors.count) == ((1, 0, 0, 0, 0), 0)
        assert [(w.problem.place, w.problem.rule) for w in report.warnings.items] == [
            ("LearnerEmploymentStatus, EmpId", "EmpId_02")
        ]
        assert await Learner.get().values_list("employer__name") == ("100012345",)

    async def test_two_learners_with_one_uln_are_imported_and_the_second_without_it(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        path = write_return(learner_xml(), learner_xml(reference="A2", ULN=9276308686))
        for expected in ((2, 0, 0, 0, 0), (0, 0, 2, 0, 0)):
            report = await import_file(path, provider)
            assert (counts(report), listed(report.with_errors.items)) == (expected, [("A2", 1, ["R_59"])])
            assert await stored_ulns() == ["9276308686", None]

    async def test_a_uln_moves_to_the_first_learner_that_has_it(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await import_file(write_return(learner_xml(reference="A2", ULN=9276308686)), provider)
        await import_file(write_return(learner_xml(), learner_xml(reference="A2", ULN=9276308686)), provider)
        assert await stored_ulns() == ["9276308686", None]

    async def test_the_temporary_uln_may_be_that_of_several(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        learners = [learner_xml(reference=name, ULN=9999999999) for name in ("A1", "A2")]
        assert (await import_file(write_return(*learners), provider)).with_errors.count == 0
        assert await stored_ulns() == ["9999999999"] * 2

    async def test_errors_beyond_the_first_thousand_are_only_counted(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        learners = (learner_xml(reference=f"N{number}", ULN=1, NINumber=1) for number in range(1_200))
        report = await import_file(write_return(*learners), provider)
        for listing in (report.with_errors, report.warnings):
            assert (listing.count, len(listing.items)) == (1_200, MAX_LISTED)


class TestCases:
    """Small returns that earlier versions refused or misread."""

    async def test_a_community_learner_of_a_short_course_needs_no_names(self, provider: Organisation) -> None:
        report = await import_file(ERRORS / "community-no-names.xml", provider)
        assert (counts(report), report.fails_strict) == ((1, 0, 0, 0, 0), False)
        assert await Learner.get().values_list("given_names", "family_name") == ("", "CL1")

    async def test_the_second_of_two_aims_with_one_number_is_left_out(self, provider: Organisation) -> None:
        for expected in ((1, 0, 0, 0, 0), (0, 0, 1, 0, 0)):
            report = await import_file(ERRORS / "duplicate-aim-number-r07.xml", provider)
            assert (counts(report), listed(report.with_errors.items)) == (expected, [("R07", 4, ["R_07"])])
            assert [row.reference for row in await LearningAim.all()] == ["Z0001234"]

    async def test_a_stored_aim_that_is_left_out_now_stays(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        first, second = aim_xml(AimSeqNumber=1), aim_xml("50098184", AimSeqNumber=2)
        await import_file(write_return(learner_xml(first, second)), provider)
        before = await written_rows()
        duplicate = second.replace("<AimSeqNumber>2", "<AimSeqNumber>01")
        report = await import_file(write_return(learner_xml(first, duplicate)), provider)
        assert listed(report.with_errors.items) == [("A1", 1, ["R_07"])]
        assert await written_rows() == before

    async def test_a_temporary_ni_number_is_only_warned_of(self, provider: Organisation) -> None:
        report = await import_file(ERRORS / "temporary-nino.xml", provider)
        assert (counts(report), report.fails_strict) == ((3, 0, 0, 0, 0), False)
        assert [(w.reference, w.problem.place, w.problem.rule) for w in report.warnings.items] == [
            ("TN1", "NINumber", "NINumber_01"),
            ("TN2", "NINumber", None),
        ]
