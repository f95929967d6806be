"""The emails of a tracker that is assigned to and fro: one for each time its assignee learns of it, in one thread."""

from collections.abc import AsyncIterator

import pytest

from models import Mail
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.clients.tracker_updates import new_tracker, update_successfully
from tests.support.scenarios.college import college
from tests.support.scenarios.mail import make_due, send_mails
from tests.support.servers.smtp import MailServer, mail_server


@pytest.fixture
async def server(database: str) -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


async def test_assignments_to_and_fro_are_one_email(server: MailServer) -> None:
    tenant = await college()
    dora = await make.member(tenant.organisation, name="Dora")
    tracker = await new_tracker(tenant, assigneeId=gid(dora))
    for assignee in (tenant.bob, dora, tenant.bob, dora):
        await update_successfully(tenant.ada, tracker, assigneeId=gid(assignee))
    newest = await Mail.filter(recipient=dora).order_by("-id").first()
    assert await send_mails(server) == 1
    assert server.envelopes == [("trackers@mail.example", [dora.email])]
    assert newest is not None
    assert server.messages[0]["Message-ID"] == f"<{newest.id}@mail.example>"
    assert await Mail.filter(sent_at=None, given_up_at=None).count() == 0


async def test_an_older_email_that_was_delayed_is_not_sent_after_the_newer(server: MailServer) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob))
    server.data_replies = ["451 later"]
    assert await send_mails(server) == 0
    await update_successfully(tenant.ada, tracker, assigneeId=None)
    await update_successfully(tenant.ada, tracker, assigneeId=gid(tenant.bob))
    assert await send_mails(server) == 1
    await make_due()
    assert await send_mails(server) == 0


async def test_an_assignment_that_was_taken_away_again_is_not_mailed(server: MailServer) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob))
    for assignee in (None, gid(tenant.bob), None):
        await update_successfully(tenant.ada, tracker, assigneeId=assignee)
    assert await send_mails(server) == 0


async def test_each_email_that_was_read_meanwhile_is_followed_by_another_in_its_thread(server: MailServer) -> None:
    tenant = await college()
    tracker, other = [await new_tracker(tenant, assigneeId=gid(tenant.bob)) for _ in range(2)]
    assert await send_mails(server) == 2
    await update_successfully(tenant.ada, tracker, assigneeId=None)
    await update_successfully(tenant.ada, tracker, assigneeId=gid(tenant.bob))
    assert await send_mails(server) == 1
    first, of_other, second = server.messages
    assert first["References"] == first["In-Reply-To"] == second["References"] == second["In-Reply-To"]
    assert first["Subject"] == second["Subject"]
    assert first["References"] != of_other["References"]
    assert len({message["Message-ID"] for message in server.messages}) == 3
    assert str(tracker.id) not in first["References"]
    assert str(other.id) not in of_other["References"]
