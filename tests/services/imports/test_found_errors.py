"""Tests of errors that are found again by a later import, or are gone: what their trackers are told."""

import asyncio
from pathlib import Path

import pytest

from models import (
    Member,
    Notification,
    Organisation,
    Tracker,
    TrackerStatus,
)
from services.imports.report import ErrorTracker
from tests.support.scenarios.error_trackers import WRONG_ULN, events, open_trackers, opened, trackers
from tests.support.scenarios.imports import (
    WriteReturn,
    aim_xml,
    import_file,
    learner_xml,
    write_file,
)

pytestmark = pytest.mark.usefixtures("database")


class TestLaterImports:
    async def test_the_same_error_opens_one_tracker_only(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        aims = [aim_xml("50098184", start="2026-09-11"), aim_xml(FundModel="none")]
        await open_trackers(write_return(learner_xml(*aims, ULN=1)), provider)
        # In another year, at another position, and with another wrong value.
        path = write_return(learner_xml(*reversed(aims), ULN=2), namespace="ESFA/ILR/2025-26")
        report = await open_trackers(path, provider)
        assert (report.with_errors.count, opened(report), len(await trackers())) == (1, [], 2)

    async def test_an_aim_is_the_same_one_under_another_software_identifier(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        for number in ("aim-1", "aim-2", ""):
            path = write_return(learner_xml(aim_xml(SWSupAimId=number, FundModel="none")))
            await open_trackers(path, provider)
            assert len(await trackers()) == 1
        assert (await import_file(write_return(learner_xml(aim_xml(SWSupAimId="aim-3"))), provider)).gone == 1

    async def test_two_aims_of_one_reference_and_start_are_told_apart_by_the_software_identifier(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        right, wrong = aim_xml(SWSupAimId="aim-1"), aim_xml(SWSupAimId="aim-2", FundModel="none")
        await open_trackers(write_return(learner_xml(right, wrong)), provider)
        report = await open_trackers(write_return(learner_xml(wrong.replace("aim-2", "aim-1"), wrong)), provider)
        assert (report.opened.count, len(await trackers())) == (1, 2)

    async def test_concurrent_imports_open_one_tracker(self, provider: Organisation, write_return: WriteReturn) -> None:
        path = write_return(WRONG_ULN)
        await asyncio.gather(*(open_trackers(path, provider) for _ in range(3)))
        assert len(await trackers()) == 1

    async def test_the_same_error_of_two_aims_opens_two_trackers(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        aims = [aim_xml("ZPROG001", FundModel="none"), aim_xml("ZPROG001", start="2026-10-01", FundModel="none")]
        path = write_return(learner_xml(*aims))
        for count in (2, 0):
            assert (await open_trackers(path, provider)).opened.count == count

    async def test_a_return_that_has_it_right_is_told_once(
        self, provider: Organisation, admin: Member, write_return: WriteReturn
    ) -> None:
        await open_trackers(write_return(WRONG_ULN), provider, assign_to=admin.email)
        for gone in (1, 0):
            assert (await import_file(write_return(learner_xml()), provider)).gone == gone
        [tracker] = await trackers()
        assert tracker.status == TrackerStatus.NEW
        assert await events(tracker) == [
            ("CREATED", None, None),
            ("COMMENTED", "ILR 2026-27 no longer has this error.", None),
        ]
        rows = await Notification.filter(recipient_id=admin.id).order_by("cursor")
        assert [row.kind.value for row in rows] == ["ASSIGNED", "COMMENTED"]

    async def test_an_error_that_is_back_is_told_to_its_tracker_while_that_is_new(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        wrong, right = WRONG_ULN, learner_xml()
        await open_trackers(write_return(wrong), provider)
        await import_file(write_return(right), provider)
        report = await open_trackers(write_return(wrong), provider)
        assert (report.back, report.opened.count) == (1, 0)
        [tracker] = await trackers()
        assert (await events(tracker))[-1] == ("COMMENTED", "ILR 2026-27 has this error again.", None)

    async def test_an_error_that_is_back_after_its_tracker_was_closed_opens_another(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        wrong, right = WRONG_ULN, learner_xml()
        await open_trackers(write_return(wrong), provider)
        await import_file(write_return(right), provider)
        await Tracker.all().update(status=TrackerStatus.CLOSED)
        assert (await open_trackers(write_return(wrong), provider)).opened.items == [
            ErrorTracker(2, "A1", "ULN", "ULN_04")
        ]
        assert (await open_trackers(write_return(wrong), provider)).opened.count == 0

    async def test_an_error_that_stays_although_its_tracker_is_resolved_is_reported(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await open_trackers(write_return(WRONG_ULN), provider)
        await Tracker.all().update(status=TrackerStatus.RESOLVED)
        report = await open_trackers(write_return(WRONG_ULN), provider)
        assert (report.opened.count, report.unresolved.items) == (0, [ErrorTracker(1, "A1", "ULN", "ULN_04")])

    async def test_a_file_without_the_field_says_nothing_of_its_error(
        self, provider: Organisation, write_return: WriteReturn, tmp_path: Path
    ) -> None:
        await open_trackers(write_return(learner_xml(aim_xml(FundModel="none"), ULN=1)), provider)
        file = tmp_path / "learners.csv"
        write_file(file, "learnerReference,title\nA1,Ms\n")
        other = learner_xml(aim_xml("50098184"), ULN=1)
        for path in (file, write_return(other, namespace="ILR/2024-25"), write_return(learner_xml(reference="A2"))):
            assert (await import_file(path, provider)).gone == 0
        write_file(file, "learnerReference,uln\nA1,9276308686\n")
        assert (await import_file(file, provider)).gone == 1

    async def test_a_table_that_has_the_employers_number_right_is_told(
        self, provider: Organisation, tmp_path: Path
    ) -> None:
        file = tmp_path / "learners.csv"
        write_file(file, "ref,First name,Surname,ERN\nA1,Sam,Sample,100012346\n")
        assert opened(await open_trackers(file, provider)) == [("A1", "EmpId", "EmpId_02")]
        gone = []
        for number in ("100012346", "10001234", "100012345", "100012345"):
            write_file(file, f"ref,ERN\nA1,{number}\n")
            gone.append((await import_file(file, provider)).gone)
        assert gone == [0, 0, 1, 0]

    @pytest.mark.parametrize("wrong", [{"start": "never"}, {"reference": "much too long"}])
    async def test_an_aim_is_recognised_when_what_identifies_it_is_right(
        self, provider: Organisation, write_return: WriteReturn, wrong: dict[str, str]
    ) -> None:
        await open_trackers(write_return(learner_xml(aim_xml(**wrong))), provider)
        report = await open_trackers(write_return(learner_xml(aim_xml())), provider)
        assert (report.gone, report.opened.count, len(await trackers())) == (1, 0, 1)

    async def test_an_import_that_writes_nothing_tells_nothing(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await open_trackers(write_return(WRONG_ULN), provider)
        path = write_return(learner_xml())
        assert (await import_file(path, provider, dry_run=True)).gone == 1
        [tracker] = await trackers()
        assert len(await events(tracker)) == 1
