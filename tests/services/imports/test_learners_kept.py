"""Importing over records that an approval changed here: kept and told, until the return says the same."""

import datetime as dt
from pathlib import Path

import pytest

from models import Learner, LearningAim, Organisation
from services.imports.report import KeptRecord
from tests.support import factories
from tests.support.scenarios.imports import (
    WriteReturn,
    approve_something,
    bring,
    counts,
    everything,
    learner,
    return_writer,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def provider() -> Organisation:
    return await factories.organisation("Provider")


@pytest.fixture
def returned(tmp_path: Path) -> WriteReturn:
    return return_writer(tmp_path)


class TestChangedHere:
    async def test_a_record_is_kept_and_told(self, provider: Organisation, returned: WriteReturn) -> None:
        await bring(returned(learner()), provider)
        await approve_something(family_name="Married")
        before = await everything()
        report = await bring(returned(learner(FamilyName="Newer"), learner(reference="A2")), provider)
        assert (counts(report), report.kept) == ((1, 0, 0, 0, 1), [KeptRecord(1, "A1")])
        assert [row for row in (await everything())["learner"] if row["reference"] == "A1"] == before["learner"]

    async def test_an_aim_made_here_is_kept_too(self, provider: Organisation, returned: WriteReturn) -> None:
        await bring(returned(learner()), provider)
        row = await Learner.get(reference="A1")
        await LearningAim.create(
            organisation_id=provider.id, learner_id=row.id, sequence=2, reference="60133533", aim_type=4,
            start_date=dt.date(2026, 11, 2), completion_status=1, restart=True,
        )  # fmt: skip
        await approve_something()
        before = await everything()
        assert counts(await bring(returned(learner()), provider)) == (0, 0, 0, 0, 1)
        assert await everything() == before

    async def test_overwritten_when_asked(self, provider: Organisation, returned: WriteReturn) -> None:
        await bring(returned(learner()), provider)
        await approve_something(family_name="Married")
        assert counts(await bring(returned(learner()), provider, overwrite=True)) == (0, 1, 0, 0, 0)
        assert (await Learner.get(reference="A1")).family_name == "Sample"
        assert counts(await bring(returned(learner(FamilyName="Newer")), provider)) == (0, 1, 0, 0, 0)

    async def test_once_the_return_says_the_same_it_rules_again(
        self, provider: Organisation, returned: WriteReturn
    ) -> None:
        await bring(returned(learner()), provider)
        await approve_something(family_name="Married")
        assert counts(await bring(returned(learner(FamilyName="Married")), provider)) == (0, 0, 1, 0, 0)
        assert counts(await bring(returned(learner(FamilyName="Newer")), provider)) == (0, 1, 0, 0, 0)
