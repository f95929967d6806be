"""Tests of importing an ILR return: learners, learning aims, employers and programmes."""

import asyncio
import datetime as dt

import pytest

from models import Employer, Learner, LearningAim, Organisation, Programme
from tests.support import factories
from tests.support.scenarios.ilr_returns import RETURNS
from tests.support.scenarios.imports import (
    WriteReturn,
    aim_xml,
    counts,
    import_file,
    learner_xml,
    stored_aims,
    written_rows,
)

pytestmark = pytest.mark.usefixtures("database")


class TestNewLearners:
    async def test_all_values_of_the_return_are_stored(self, provider: Organisation) -> None:
        report = await import_file(RETURNS / "2026-27.xml", provider)
        assert (report.source, counts(report), report.applied) == ("ILR 2026-27", (2, 0, 0, 0, 0), True)
        rows = await Learner.filter(organisation_id=provider.id).order_by("reference").values(
            "reference", "given_names", "family_name", "programme_status", "programme__name", "employer__name",
            "postcode", "address_line1", "tutor_id", "job_title", "changed_at",
        )  # fmt: skip
        unset = {"tutor_id": None, "job_title": None, "changed_at": None}
        assert rows == [
            {
                "reference": "Y26A",
                "given_names": "Ada Mary",
                "family_name": "Ångström",
                "programme_status": "ACTIVE",
                "programme__name": "Standard 108 (ProgType 25)",
                "employer__name": "100056784",
                "postcode": "ZZ99 9ZZ",
                "address_line1": "1 Sample Street",
                **unset,
            },
            {
                "reference": "Y26B",
                "given_names": "Ben",
                "family_name": "O'Neill-Łuszcz",
                "programme_status": "WITHDRAWN",
                "programme__name": "No programme",
                "employer__name": None,
                "postcode": "SW1A 1AA",
                "address_line1": None,
                **unset,
            },
        ]
        restart = await LearningAim.get(software_aim_id="2026-27-a-2")
        assert (restart.restart, restart.actual_hours, restart.learning_support_to) == (True, 390, dt.date(2027, 7, 31))
        assert restart.organisation_id == provider.id

    async def test_an_employer_is_created_per_number_and_a_programme_per_code(self, provider: Organisation) -> None:
        for year in ("2018-19", "2019-20", "2025-26"):
            await import_file(RETURNS / f"{year}.xml", provider)
        assert await Employer.all().values_list("name", "employer_id", "confirmed") == [
            ("100056784", "100056784", False)
        ]
        assert sorted([row.name for row in await Programme.all()]) == [
            "Framework 490 (ProgType 3)",
            "No programme",
            "Standard 107 (ProgType 25)",
        ]

    async def test_a_file_is_imported_in_several_batches(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        progress: list[tuple[int, int]] = []
        path = write_return(*(learner_xml(reference=f"N{number}") for number in range(450)))
        report = await import_file(path, provider, on_progress=lambda done, total: progress.append((done, total)))
        size = path.stat().st_size
        assert (counts(report), await Learner.all().count(), await LearningAim.all().count()) == (
            (450, 0, 0, 0, 0),
            450,
            450,
        )
        assert [done for done, _ in progress] == sorted(done for done, _ in progress)
        assert ({total for _, total in progress}, progress[-1], len(progress)) == ({size}, (size, size), 4)

    async def test_a_return_without_learners(self, provider: Organisation, write_return: WriteReturn) -> None:
        report = await import_file(write_return(), provider)
        assert (report.source, counts(report), report.applied) == ("ILR", (0, 0, 0, 0, 0), True)

    async def test_concurrent_imports_run_one_after_the_other(self, provider: Organisation) -> None:
        reports = await asyncio.gather(*(import_file(RETURNS / "2026-27.xml", provider) for _ in range(4)))
        assert sorted(counts(report) for report in reports) == [(0, 0, 2, 0, 0)] * 3 + [(2, 0, 0, 0, 0)]
        assert await Learner.all().count() == 2

    async def test_two_organisations_may_have_the_same_reference(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        other = await factories.organisation("Other")
        await import_file(write_return(learner_xml()), provider)
        before = await Learner.get(organisation_id=provider.id)
        assert counts(await import_file(write_return(learner_xml(FamilyName="Other")), other)) == (1, 0, 0, 0, 0)
        assert (await Learner.get(organisation_id=provider.id)).family_name == before.family_name
        assert await Programme.all().count() == 2


class TestRepeatedImport:
    async def test_importing_the_same_file_again_changes_nothing(self, provider: Organisation) -> None:
        await import_file(RETURNS / "2026-27.xml", provider)
        before = await written_rows()
        assert counts(await import_file(RETURNS / "2026-27.xml", provider)) == (0, 0, 2, 0, 0)
        assert await written_rows() == before

    async def test_values_in_the_return_are_updated_and_others_left_unchanged(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await import_file(write_return(learner_xml(AddLine1="1 Mill Lane")), provider)
        tutor = await factories.member(provider)
        await Learner.all().update(tutor_id=tutor.id, job_title="Baker", title="Mx")
        assert counts(await import_file(write_return(learner_xml(FamilyName="Other")), provider)) == (0, 1, 0, 0, 0)
        row = await Learner.get(reference="A1")
        assert (row.family_name, row.address_line1) == ("Other", None)
        assert (row.tutor_id, row.job_title, row.title) == (tutor.id, "Baker", "Mx")

    async def test_a_renamed_employer_still_matches(self, provider: Organisation) -> None:
        await import_file(RETURNS / "2026-27.xml", provider)
        await Employer.all().update(name="Acme", confirmed=True)
        assert counts(await import_file(RETURNS / "2026-27.xml", provider)) == (0, 0, 2, 0, 0)
        assert await Employer.all().values_list("name", "confirmed") == [("Acme", True)]

    async def test_an_employer_named_by_its_number_is_given_the_number(self, provider: Organisation) -> None:
        employer = await factories.employer(provider, name="100056784", confirmed=True)
        await import_file(RETURNS / "2026-27.xml", provider)
        rows = await Employer.all().values_list("id", "employer_id", "confirmed")
        assert rows == [(employer.id, "100056784", True)]


class TestAims:
    async def test_aims_match_by_software_aim_id_first(self, provider: Organisation, write_return: WriteReturn) -> None:
        await import_file(write_return(learner_xml(aim_xml(SWSupAimId="s1"), aim_xml(SWSupAimId="s2"))), provider)
        [(first, *_), (second, *_)] = await stored_aims()
        swapped = learner_xml(
            aim_xml("50098184", "2026-10-01", SWSupAimId="s2", AimSeqNumber=2), aim_xml(SWSupAimId="s1", AimSeqNumber=1)
        )
        assert counts(await import_file(write_return(swapped), provider)) == (0, 1, 0, 0, 0)
        assert await stored_aims() == [
            (first, "60133533", dt.date(2026, 9, 10), 1),
            (second, "50098184", dt.date(2026, 10, 1), 1),
        ]

    async def test_aims_match_by_reference_start_date_and_order_otherwise(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await import_file(write_return(learner_xml(aim_xml(), aim_xml(), aim_xml("50098184"))), provider)
        before = [row[0] for row in await stored_aims()]
        changed = learner_xml(aim_xml(SWSupAimId="new"), aim_xml(CompStatus=2, SWSupAimId="too"), aim_xml("50098184"))
        assert counts(await import_file(write_return(changed), provider)) == (0, 1, 0, 0, 0)
        assert [(row[0], row[3]) for row in await stored_aims()] == list(zip(before, [1, 2, 1], strict=True))

    async def test_new_aims_are_inserted_and_absent_aims_of_the_year_deleted(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        old = aim_xml("50000001", "2024-09-01", CompStatus=2, LearnActEndDate="2026-07-31")
        late = aim_xml("50000002", "2025-09-01", CompStatus=2, LearnActEndDate="2026-08-01")
        await import_file(write_return(learner_xml(old, late, aim_xml())), provider)
        await import_file(write_return(learner_xml(aim_xml("50098184"))), provider)
        assert [row[1] for row in await stored_aims()] == ["50000001", "50098184"]

    async def test_an_older_return_keeps_the_aims_of_later_years(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await import_file(
            write_return(learner_xml(aim_xml("50000001", "2026-08-01"), aim_xml("50000002", "2026-07-31"))), provider
        )
        await import_file(
            write_return(learner_xml(aim_xml("50000003", "2025-09-01")), namespace="ESFA/ILR/2025-26"), provider
        )
        assert [row[1] for row in await stored_aims()] == ["50000003", "50000001"]
