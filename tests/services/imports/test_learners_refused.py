"""Tests of importing refused records and unreadable files, and of strict imports."""

from pathlib import Path
from typing import Any

import pytest

from models import Learner, Organisation
from services.imports.report import UnreadableFileError
from tests.support.scenarios.ilr_returns import RETURNS
from tests.support.scenarios.imports import (
    NOTHING_WRITTEN,
    WriteReturn,
    counts,
    import_file,
    learner_xml,
    written_rows,
)

ERRORS = RETURNS / "errors"

pytestmark = pytest.mark.usefixtures("database")


class TestRefusals:
    async def test_a_duplicate_reference_is_refused(self, provider: Organisation) -> None:
        report = await import_file(RETURNS / "broken" / "duplicate.xml", provider)
        assert counts(report) == (2, 0, 0, 1, 0)
        [refused] = report.refused.items
        [problem] = refused.problems
        assert (refused.reference, problem.place, problem.rule) == ("d1", "LearnRefNumber", "R_06")
        assert [row.reference for row in await Learner.all().order_by("reference")] == ["D1", "D2"]

    @pytest.mark.parametrize("fields", [{"ULN": 1}, {"reference": "A-1"}])
    async def test_strict_writes_nothing_if_a_learner_has_an_error_or_is_refused(
        self, provider: Organisation, write_return: WriteReturn, fields: dict[str, Any]
    ) -> None:
        path = write_return(learner_xml(reference="B1"), learner_xml(**fields))
        assert not (await import_file(path, provider, strict=True)).applied
        assert await written_rows() == NOTHING_WRITTEN

    async def test_strict_writes_everything_if_there_are_only_warnings(self, provider: Organisation) -> None:
        assert (await import_file(ERRORS / "temporary-nino.xml", provider, strict=True)).applied
        assert await Learner.all().count() == 3

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
            (tmp_path / "none.xml", "does not exist; check its name and folder"),
            (tmp_path, "is a folder; name the file in it"),
            (tmp_path / "empty.xml", "is empty"),
        ):
            with pytest.raises(UnreadableFileError) as raised:
                await import_file(path, provider)
            assert str(raised.value) == f"{path}: {error}"
