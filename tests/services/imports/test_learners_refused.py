"""Tests of importing invalid records and unreadable files, which are refused."""

from pathlib import Path

import pytest

from models import Learner, Organisation
from services.imports.report import UnreadableFileError
from tests.support import factories
from tests.support.scenarios.ilr_returns import RETURNS
from tests.support.scenarios.imports import (
    NOTHING_WRITTEN,
    WriteReturn,
    counts,
    import_file,
    learner_xml,
    return_writer,
    written_rows,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def provider() -> Organisation:
    return await factories.organisation("Provider")


@pytest.fixture
def write_return(tmp_path: Path) -> WriteReturn:
    return return_writer(tmp_path)


class TestRefusals:
    async def test_the_other_learners_are_imported(self, provider: Organisation) -> None:
        report = await import_file(RETURNS / "broken" / "wrong-values.xml", provider)
        assert counts(report) == (2, 0, 0, 7, 0)
        assert [
            (refused.reference, refused.line, [problem.rule for problem in refused.problems])
            for refused in report.refused.items
        ] == [
            ("W2", 45, ["ULN_04"]),
            ("W3", 67, ["NINumber_01"]),
            ("W4", 90, ["Postcode_15"]),
            ("W5", 112, ["EmpId_02"]),
            ("W6", 139, ["FD_FamilyName_AP", None, "FD_FundModel_AR", "CompStatus_01"]),
            (
                "W7-long-reference",
                161,
                ["FD_ULN_MA", "FD_FamilyName_MA", "FD_LearnRefNumber_AL", "FD_LearnAimRef_MA", "FD_AimType_MA"],
            ),
            ("W8", 179, [None]),
        ]
        assert [row.reference for row in await Learner.all().order_by("reference")] == ["W1", "W9"]

    async def test_a_duplicate_reference_is_refused(self, provider: Organisation) -> None:
        report = await import_file(RETURNS / "broken" / "duplicate.xml", provider)
        assert counts(report) == (2, 0, 0, 1, 0)
        [refused] = report.refused.items
        [problem] = refused.problems
        assert (refused.reference, problem.place, problem.rule) == ("d1", "LearnRefNumber", "R_06")
        assert [row.reference for row in await Learner.all().order_by("reference")] == ["D1", "D2"]

    async def test_stored_values_of_a_refused_learner_are_left_unchanged(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await import_file(write_return(learner_xml()), provider)
        before = await written_rows()
        assert counts(await import_file(write_return(learner_xml(ULN=9276308685, FamilyName="New")), provider)) == (
            0,
            0,
            0,
            1,
            0,
        )
        assert await written_rows() == before

    async def test_strict_writes_nothing_if_a_learner_is_refused(self, provider: Organisation) -> None:
        report = await import_file(RETURNS / "broken" / "wrong-values.xml", provider, strict=True)
        assert (counts(report), report.applied) == ((2, 0, 0, 7, 0), False)
        assert await written_rows() == NOTHING_WRITTEN

    async def test_strict_writes_everything_if_no_learner_is_refused(self, provider: Organisation) -> None:
        assert (await import_file(RETURNS / "2026-27.xml", provider, strict=True)).applied
        assert await Learner.all().count() == 2

    async def test_a_dry_run_reports_and_writes_nothing(self, provider: Organisation) -> None:
        report = await import_file(RETURNS / "2026-27.xml", provider, dry_run=True)
        assert (counts(report), report.applied) == ((2, 0, 0, 0, 0), False)
        assert await written_rows() == NOTHING_WRITTEN

    @pytest.mark.parametrize("name", ["not-well-formed", "cut-off", "dtd", "entities", "unknown-namespace"])
    async def test_an_unreadable_file_changes_nothing(self, provider: Organisation, name: str) -> None:
        with pytest.raises(UnreadableFileError):
            await import_file(RETURNS / "broken" / f"{name}.xml", provider)
        assert await written_rows() == NOTHING_WRITTEN

    async def test_a_file_truncated_after_many_learners_changes_nothing(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        path = write_return(*(learner_xml(reference=f"N{number}") for number in range(450)))
        path.write_bytes(path.read_bytes()[:-20])
        with pytest.raises(UnreadableFileError, match="is not well-formed XML"):
            await import_file(path, provider)
        assert await written_rows() == NOTHING_WRITTEN

    async def test_missing_and_empty_files_are_refused(self, provider: Organisation, tmp_path: Path) -> None:
        (tmp_path / "empty.xml").touch()
        for path, error in (
            (tmp_path / "none.xml", "cannot be read: No such file or directory"),
            (tmp_path, "cannot be read: Is a directory"),
            (tmp_path / "empty.xml", "is empty"),
        ):
            with pytest.raises(UnreadableFileError) as raised:
                await import_file(path, provider)
            assert str(raised.value) == f"{path}: {error}"
