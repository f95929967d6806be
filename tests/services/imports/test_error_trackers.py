"""Tests of the trackers that an import opens about errors."""

from pathlib import Path

import pytest

from models import (
    Learner,
    Mail,
    Member,
    MemberKind,
    Notification,
    NotificationKind,
    Organisation,
    TrackerStatus,
)
from models.database import fetch
from services.imports.report import ErrorTracker, UnknownAssigneeError
from tests.support import factories
from tests.support.scenarios.error_trackers import WRONG_ULN, events, open_trackers, opened, trackers
from tests.support.scenarios.imports import (
    WriteReturn,
    aim_xml,
    import_file,
    learner_xml,
    write_file,
)

pytestmark = pytest.mark.usefixtures("database")


class TestOpening:
    async def test_a_tracker_is_opened_by_the_system_for_each_error(
        self, provider: Organisation, admin: Member, write_return: WriteReturn
    ) -> None:
        path = write_return(
            learner_xml(aim_xml(CompStatus=9, SWSupAimId="aim-1"), ULN=9276308685, Postcode="nowhere\tto be found"),
            learner_xml(aim_xml(start="2026-02-30"), reference="A2"),
        )
        report = await open_trackers(path, provider, assign_to="Admin@example.org")
        assert report.opened.items == [
            ErrorTracker(1, "A1", "ULN", "ULN_04"),
            ErrorTracker(2, "A1", "Postcode", "Postcode_15"),
            ErrorTracker(3, "A1", "CompStatus", "CompStatus_01"),
            ErrorTracker(4, "A2", "LearnStartDate", ""),
        ]
        common = {"ilrYear": "26-27", "queryKind": ["VALIDATION_ERROR"]}
        assert [row.values for row in await trackers()] == [
            common | {"ilrField": "ULN", "ruleName": "ULN_04", "currentValue": "9276308685"},
            common | {"ilrField": "Postcode", "ruleName": "Postcode_15", "currentValue": "nowhere to be found"},
            common
            | {"ilrField": "CompStatus", "aimReference": "60133533", "ruleName": "CompStatus_01", "currentValue": "9"},
            common
            | {
                "queryKind": ["MISSING_DATA"],
                "ilrField": "LearnStartDate",
                "aimReference": "60133533",
                "currentValue": "2026-02-30",
            },
        ]
        first = (await trackers())[0]
        learner = await Learner.get(reference="A1")
        assert (first.number, first.status, first.created_by_id, first.assignee_id, first.learner_id) == (
            1, TrackerStatus.NEW, None, admin.id, learner.id,
        )  # fmt: skip
        assert first.description == "ILR 2026-27, ULN: Its check digit does not fit: a digit may be mistyped."
        assert await events(first) == [("CREATED", None, None)]
        rows = await Notification.filter(recipient_id=admin.id).order_by("cursor")
        assert [(row.cursor, row.kind, row.tracker_id, row.actor_id) for row in rows] == [
            (number, NotificationKind.ASSIGNED, tracker.id, None) for number, tracker in enumerate(await trackers(), 1)
        ]
        assert sorted([row.notification_id for row in await Mail.all()], key=str) == sorted(
            [row.id for row in rows], key=str
        )
        assert (await fetch("SELECT trackers FROM organisation_counter"))[0]["trackers"] == 4

    async def test_the_tutor_is_the_assignee_if_they_are_an_active_administrator(
        self, provider: Organisation, admin: Member, write_return: WriteReturn
    ) -> None:
        boss = await factories.member(provider, email="boss@example.org")
        gone = await factories.member(provider, active=False)
        tutor = await factories.member(provider, kind=MemberKind.TUTOR)
        for reference, of in (("A1", boss), ("A2", gone), ("A3", tutor), ("A4", None)):
            await factories.learner(provider, tutor=of, reference=reference)
        names = ("A1", "A2", "A3", "A4")
        path = write_return(*(learner_xml(reference=name, Postcode="nowhere") for name in names))
        await open_trackers(path, provider, assign_to="admin@example.org")
        assert [row.assignee_id for row in await trackers()] == [boss.id, admin.id, admin.id, admin.id]

    async def test_without_a_member_to_assign_to_the_trackers_are_nobodys(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        await open_trackers(write_return(WRONG_ULN), provider)
        assert [row.assignee_id for row in await trackers()] == [None]
        assert (await Notification.all().count(), await Mail.all().count()) == (0, 0)

    @pytest.mark.parametrize(
        "email", ["nobody@example.org", "gone@example.org", "tutor@example.org", "other@example.org"]
    )
    async def test_an_assignee_must_be_an_active_administrator_of_the_organisation(
        self, provider: Organisation, tmp_path: Path, email: str
    ) -> None:
        await factories.member(provider, email="gone@example.org", active=False)
        await factories.member(provider, email="tutor@example.org", kind=MemberKind.TUTOR)
        await factories.member(email="other@example.org")
        with pytest.raises(UnknownAssigneeError):
            await open_trackers(tmp_path / "is-not-read.xml", provider, assign_to=email)

    async def test_warnings_and_refusals_open_no_tracker(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        path = write_return(learner_xml(NINumber="1"), learner_xml(ULN=1), learner_xml(reference="A-2", ULN=1))
        report = await open_trackers(path, provider)
        assert (report.refused.count, report.warnings.count, report.opened.count) == (2, 1, 0)
        assert await trackers() == []

    async def test_nothing_is_opened_unless_asked_for(self, provider: Organisation, write_return: WriteReturn) -> None:
        await import_file(write_return(WRONG_ULN), provider)
        assert await trackers() == []

    async def test_a_dry_run_counts_and_strict_opens_nothing(
        self, provider: Organisation, write_return: WriteReturn
    ) -> None:
        path = write_return(WRONG_ULN)
        for options, count in (({"dry_run": True}, 1), ({"strict": True}, 0), ({"dry_run": True, "strict": True}, 0)):
            report = await open_trackers(path, provider, **options)
            assert (report.applied, report.opened.count) == (False, count)
            assert (await trackers(), await Learner.all().count()) == ([], 0)
        assert (await fetch("SELECT trackers FROM organisation_counter"))[0]["trackers"] == 0

    async def test_errors_of_csv_files_that_break_a_rule_open_trackers(
        self, provider: Organisation, tmp_path: Path
    ) -> None:
        file = tmp_path / "learners.csv"
        write_file(file, "learnerReference,givenNames,familyName,uln,tutorEmail\nA1,Ada,Sample,1,nobody@example.org\n")
        assert opened(await open_trackers(file, provider)) == [("A1", "ULN", "ULN_04")]

    async def test_more_errors_than_one_part_has(
        self, provider: Organisation, admin: Member, write_return: WriteReturn
    ) -> None:
        learners = [learner_xml(reference=f"N{number}", ULN=1, Postcode="x") for number in range(600)]
        report = await open_trackers(write_return(*learners), provider, assign_to=admin.email)
        assert (report.opened.count, len(report.opened.items)) == (1_200, 1_000)
        assert [row.number for row in await trackers()] == list(range(1, 1_201))
        assert [row.cursor for row in await Notification.all().order_by("cursor")] == list(range(1, 1_201))
