"""Who is told is asked when the mail is sent: nobody is told what they may not see by then."""

from collections.abc import AsyncIterator

import pytest

from models import Mail, Member, MemberKind, Tracker
from services.mail.outbox import NO_LONGER_TO_BE_TOLD, OutboxState, outbox_state
from tests.support.factories import learner, mail, member, notification, tracker
from tests.support.scenarios.mail import fate, owed, send
from tests.support.servers.smtp import MailServer, mail_server


@pytest.fixture
async def server(database: str) -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


async def assert_dropped(server: MailServer, row: Mail) -> None:
    assert await send(server) == 0
    await row.refresh_from_db()
    assert fate(row) == (False, True, 1, NO_LONGER_TO_BE_TOLD)
    assert (server.messages, server.connections) == ([], 0)
    assert await outbox_state() == OutboxState(waiting=0, oldest_waiting_seconds=0, given_up=0, reason=None)


async def test_a_recipient_who_was_switched_off_is_told_nothing(server: MailServer) -> None:
    row, _, assignee = await owed()
    await Member.filter(id=assignee.id).update(active=False)
    await assert_dropped(server, row)


async def test_a_former_assignee_is_told_nothing(server: MailServer) -> None:
    row, made, _ = await owed()
    await Tracker.filter(id=made.id).update(assignee_id=made.created_by_id)
    await assert_dropped(server, row)


async def test_a_tracker_of_nobody_is_told_to_nobody(server: MailServer) -> None:
    row, made, _ = await owed()
    await Tracker.filter(id=made.id).update(assignee_id=None)
    await assert_dropped(server, row)


async def test_a_tracker_of_another_organisation_is_told_to_nobody(server: MailServer) -> None:
    stranger = await member()
    made = await tracker(assignee=stranger)
    await assert_dropped(server, await mail(await notification(made, stranger)))


async def test_a_tutor_is_told_of_what_is_theirs(server: MailServer) -> None:
    await owed(kind=MemberKind.TUTOR)
    assert await send(server) == 1


async def test_an_assignment_by_the_system(server: MailServer) -> None:
    assignee = await member()
    house = await assignee.organisation
    made = await tracker(
        house, assignee=assignee, learner=await learner(house, family_name="Secret"), description="Secret"
    )
    await mail(await notification(made, assignee))
    assert await send(server) == 1
    text = server.messages[0].get_body(("plain",))
    assert text is not None
    assert "\nAssigned by: the system\n" in text.get_content().replace("\r\n", "\n")
    assert "Secret" not in server.messages[0].as_string()
