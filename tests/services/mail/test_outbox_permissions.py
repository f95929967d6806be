"""Recipients' permissions, which are checked when an email is sent rather than when it is enqueued."""

from collections.abc import AsyncIterator

import pytest

from models import Mail, Member, MemberKind, Tracker
from services.mail.outbox import NO_LONGER_DUE, OutboxState, outbox_state
from tests.support.factories import learner, mail, member, notification, tracker
from tests.support.scenarios.mail import delivery_state, enqueue_mail, send_mails
from tests.support.servers.smtp import MailServer, mail_server


@pytest.fixture
async def server(database: str) -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


async def assert_dropped(server: MailServer, row: Mail) -> None:
    assert await send_mails(server) == 0
    await row.refresh_from_db()
    assert delivery_state(row) == (False, True, 1, NO_LONGER_DUE)
    assert (server.messages, server.connections) == ([], 0)
    assert await outbox_state() == OutboxState(waiting=0, oldest_waiting_seconds=0, given_up=0, reason=None)


async def test_a_deactivated_recipient_is_sent_no_email(server: MailServer) -> None:
    row, _, assignee = await enqueue_mail()
    await Member.filter(id=assignee.id).update(active=False)
    await assert_dropped(server, row)


async def test_a_former_assignee_is_sent_no_email(server: MailServer) -> None:
    row, assigned_tracker, _ = await enqueue_mail()
    await Tracker.filter(id=assigned_tracker.id).update(assignee_id=assigned_tracker.created_by_id)
    await assert_dropped(server, row)


async def test_an_unassigned_tracker_sends_no_email(server: MailServer) -> None:
    row, assigned_tracker, _ = await enqueue_mail()
    await Tracker.filter(id=assigned_tracker.id).update(assignee_id=None)
    await assert_dropped(server, row)


async def test_a_tracker_of_another_organisation_sends_no_email(server: MailServer) -> None:
    stranger = await member()
    assigned_tracker = await tracker(assignee=stranger)
    await assert_dropped(server, await mail(await notification(assigned_tracker, stranger)))


async def test_a_tutor_is_sent_an_email_about_their_tracker(server: MailServer) -> None:
    await enqueue_mail(kind=MemberKind.TUTOR)
    assert await send_mails(server) == 1


async def test_an_assignment_by_the_system_names_no_learner(server: MailServer) -> None:
    assignee = await member()
    college = await assignee.organisation
    assigned_tracker = await tracker(
        college, assignee=assignee, learner=await learner(college, family_name="Secret"), description="Secret"
    )
    await mail(await notification(assigned_tracker, assignee))
    assert await send_mails(server) == 1
    text = server.messages[0].get_body(("plain",))
    assert text is not None
    assert "\nAssigned by: the system\n" in text.get_content().replace("\r\n", "\n")
    assert "Secret" not in server.messages[0].as_string()
