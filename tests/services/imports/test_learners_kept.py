"""Tests of importing learners changed by an approval: they are kept until the return has the same values."""

import datetime as dt

import pytest

from models import Learner, LearningAim, Organisation
from services.imports.report import KeptRecord
from tests.support.scenarios.imports import (
    WriteReturn,
    approve_change,
    counts,
    import_file,
    learner_xml,
    written_rows,
)

pytestmark = pytest.mark.usefixtures("database")


class TestChangedByAnApproval:
    async def test_a_learner_is_kept_and_reported(self, provider: Organisation, write_return: WriteReturn) -> None:
        await import_file(write_return(learner_xml()), provider)
        await approve_change(family_name="Married")
        before = await written_rows()
        report = await import_file(write_return(learner_xml(FamilyName="Newer"), learner_xml(reference="A2")), provider)
        assert (counts(report), report.kept.items) == ((1, 0, 0, 0, 1), [KeptRecord(1, "A1")])
        assert [row for row in (await written_rows())["learner"] if row["reference"] == "A1"] == before["learner"]

    async def test_an_aim_that_an_approval_added_is_kept_too(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await import_file(write_return(learner_xml()), provider)
        row = await Learner.get(reference="A1")
        await LearningAim.create(
            organisation_id=provider.id, learner_id=row.id, sequence=2, reference="60133533", aim_type=4,
            start_date=dt.date(2026, 11, 2), completion_status=1, restart=True,
        )  # fmt: skip
        await approve_change()
        before = await written_rows()
        assert counts(await import_file(write_return(learner_xml()), provider)) == (0, 0, 0, 0, 1)
        assert await written_rows() == before

    async def test_overwrite_replaces_the_values(self, provider: Organisation, write_return: WriteReturn) -> None:
        await import_file(write_return(learner_xml()), provider)
        await approve_change(family_name="Married")
        assert counts(await import_file(write_return(learner_xml()), provider, overwrite=True)) == (0, 1, 0, 0, 0)
        assert (await Learner.get(reference="A1")).family_name == "Sample"
        assert counts(await import_file(write_return(learner_xml(FamilyName="Newer")), provider)) == (0, 1, 0, 0, 0)

    async def test_later_returns_are_applied_once_a_return_has_the_same_values(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await import_file(write_return(learner_xml()), provider)
        await approve_change(family_name="Married")
        assert counts(await import_file(write_return(learner_xml(FamilyName="Married")), provider)) == (0, 0, 1, 0, 0)
        assert counts(await import_file(write_return(learner_xml(FamilyName="Newer")), provider)) == (0, 1, 0, 0, 0)
