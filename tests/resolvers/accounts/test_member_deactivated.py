"""The immediate effects of deactivating a member: on sessions, subscriptions, links and assignability."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
import pytest

from models import Mail, MailKind, Member, MemberKind, PasswordToken, Session, Tracker
from models.database import fetch
from server.setting_values import database_credentials
from services.accounts.password_tokens import make_token, token_owner
from services.accounts.sessions.ending import SessionEnded
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, gid
from tests.support.clients.member_changes import manager, update_successfully
from tests.support.clients.signing_in.sign_in import PASSWORD, hash_password, refresh, session, sign_in, viewer_name
from tests.support.clients.subscriptions import (
    run_reader,
    subscribe,
    subscribe_to_tracker,
    wait_until,
    wait_until_listening,
)
from tests.support.clients.tracker_updates import new_tracker, update
from tests.support.databases.locks import wait_until_blocked
from tests.support.scenarios.college import Json, college, create, problem, written_rows
from tests.support.scenarios.mail import send_due
from tests.support.servers.smtp import mail_server

INVALID = "INVALID_CREDENTIALS"


async def make_staff() -> tuple[Member, Member]:
    """Create Mia, who manages members, and Ann, who can sign in."""
    mia = await manager()
    return mia, await make.member(
        await mia.organisation, name="Ann", email="ann@example.org", password_hash=hash_password(PASSWORD)
    )


async def test_sessions_end_and_are_not_revived_by_reactivation(database: str) -> None:
    mia, ann = await make_staff()
    tokens = [await session(email="ann@example.org") for _ in range(2)]
    await update_successfully(mia, ann, active=False)
    for active in (False, True):
        assert [await viewer_name(pair["accessToken"]) for pair in tokens] == [None, None]
        for pair in tokens:
            assert [error["code"] for error in (await refresh(pair["refreshToken"]))["errors"]] == [INVALID]
        if not active:
            assert [error["code"] for error in (await sign_in("ann@example.org"))["errors"]] == [INVALID]
            await update_successfully(mia, ann, active=True)  # reactivation does not revive sessions
    assert await viewer_name((await session(email="ann@example.org"))["accessToken"]) == "Ann"
    assert await Session.filter(ended_at=None, member_id=ann.id).count() == 1


async def test_links_stop_working_and_no_email_is_sent(database: str) -> None:
    mia, ann = await make_staff()
    await Member.filter(id=ann.id).update(password_hash=None)
    token = await make_token(ann.id, MailKind.INVITATION)
    assert token is not None
    now = make.now()
    for kind in (MailKind.INVITATION, MailKind.PASSWORD_RESET):
        await Mail.create(kind=kind, recipient=ann, created_at=now, due_at=now)
    await update_successfully(mia, ann, active=False)
    assert await token_owner(token) is None
    async with mail_server() as server:
        mailer = server.mailer()
        assert await send_due(INSTALLATION, mailer) == 0
        await mailer.close()
        assert server.messages == []
    assert [mail.last_error for mail in await Mail.all()] == ["no longer to be told"] * 2
    await update_successfully(mia, ann, active=True)
    assert await token_owner(token) is None
    assert await PasswordToken.all().count() == 0


async def test_subscriptions_end_immediately(database: str) -> None:
    """Check that subscriptions end long before they would revalidate their session by themselves."""
    mia, ann = await make_staff()
    tracker = await make.tracker(await mia.organisation, created_by=ann)
    async with (
        run_reader(database, revalidate_seconds=3600) as reader,
        subscribe(reader, ann) as notifications,
        subscribe_to_tracker(database, ann, tracker, poll_seconds=3600) as (events, streams),
        subscribe(reader, mia) as notifications_of_mia,
    ):
        subscriptions = (notifications, events, notifications_of_mia)
        results = [asyncio.create_task(subscription.result()) for subscription in subscriptions]
        await wait_until(lambda: reader.waiting_count == 2 and tracker.id in streams)
        await wait_until_listening(connections=2)
        await update_successfully(mia, ann, active=False)
        results_of_ann = await asyncio.gather(*results[:2], return_exceptions=True)
        assert [type(result) for result in results_of_ann] == [SessionEnded] * 2
        assert not results[2].done()
        await make.notification(tracker, mia)
        await fetch("SELECT pg_notify('trackers', $1)", str(mia.id))
        assert (await results[2])["data"]["notificationReceived"]["cursor"] == "1"


async def test_a_busy_subscription_ends_at_its_next_event(database: str) -> None:
    mia, ann = await make_staff()
    tracker = await make.tracker(await mia.organisation, created_by=ann)
    await make.notification(tracker, ann)
    async with (
        run_reader(database, revalidate_seconds=3600) as reader,
        subscribe(reader, ann, "0") as subscription,
    ):
        assert (await subscription.event())["cursor"] == "1"
        await wait_until_listening()
        await update_successfully(mia, ann, active=False)  # while it waits for nothing
        await wait_until(lambda: ann.id not in reader)
        with pytest.raises(SessionEnded):
            await subscription.result()


async def while_deactivating(database: str, member: Member, operation: Callable[[], Coroutine[Any, Any, Json]]) -> Json:
    """Run an operation that is blocked until a member has been deactivated; return its payload."""
    connection = await asyncpg.connect(**database_credentials(database))
    try:
        async with connection.transaction():
            await connection.execute("UPDATE member SET active = false WHERE id = $1", member.id)
            task = asyncio.create_task(operation())
            await wait_until_blocked()
        return await task
    finally:
        await connection.close()


def unassignable_error(name: str) -> Json:
    message = f"{name} cannot be assigned trackers: choose an active administrator or yourself."
    return problem("assigneeId", "NOT_ASSIGNABLE", message)


async def test_a_concurrent_creation_does_not_assign_a_deactivated_member(database: str) -> None:
    tenant = await college()
    before = await written_rows()
    for entry in ({}, {"idempotencyKey": "once"}):
        job = tenant.job(assigneeId=gid(tenant.bob), **entry)
        payload = await while_deactivating(database, tenant.bob, lambda job=job: create(tenant.ada, job))  # type: ignore[misc]
        assert (payload["tracker"], payload["errors"]) == (None, [unassignable_error("Bob")])
        assert await written_rows() == before
        await Member.filter(id=tenant.bob.id).update(active=True)
    # The idempotency key was not used.
    assert (await create(tenant.ada, job))["errors"] == []


async def test_a_concurrent_update_does_not_assign_a_deactivated_member(database: str) -> None:
    tenant = await college()
    tracker = await new_tracker(tenant)
    before = await written_rows()
    payload = await while_deactivating(
        database, tenant.bob, lambda: update(tenant.ada, tracker, assigneeId=gid(tenant.bob), description="New")
    )
    assert (payload["tracker"], payload["errors"]) == (None, [unassignable_error("Bob")])
    assert await written_rows() == before
    assert (await Tracker.get(id=tracker.id)).description == ""


async def test_trackers_that_are_already_assigned_stay_assigned(database: str) -> None:
    tenant = await college()
    mia = await manager(tenant.organisation)
    tracker = await new_tracker(tenant, assigneeId=gid(tenant.bob))
    await update_successfully(mia, tenant.bob, active=False)
    payload = await update(tenant.ada, tracker, assigneeId=gid(tenant.bob), description="New")
    assert payload["errors"] == []
    assert payload["tracker"]["assignee"] == {"name": "Bob"}


async def test_a_member_who_becomes_a_tutor_is_no_longer_assignable(database: str) -> None:
    tenant = await college()
    mia = await manager(tenant.organisation)
    await update_successfully(mia, tenant.bob, kind=MemberKind.TUTOR.value)
    assert (await create(tenant.ada, tenant.job(assigneeId=gid(tenant.bob))))["errors"] == [unassignable_error("Bob")]


@pytest.mark.slow
async def test_concurrent_creations_assign_no_tracker_after_the_deactivation(database: str) -> None:
    tenant = await college()
    mia = await manager(tenant.organisation)
    entries = [tenant.job(assigneeId=gid(tenant.bob), description=str(number)) for number in range(20)]
    tasks = [asyncio.create_task(create(tenant.ada, entry)) for entry in entries]
    await update_successfully(mia, tenant.bob, active=False)
    (at_deactivation,) = await fetch("SELECT count(*) AS assigned FROM tracker WHERE assignee_id = $1", tenant.bob.id)
    payloads = await asyncio.gather(*tasks)
    assigned = await Tracker.filter(assignee_id=tenant.bob.id).count()
    assert assigned == at_deactivation["assigned"]
    assert {error["code"] for payload in payloads for error in payload["errors"]} <= {"NOT_ASSIGNABLE"}
    assert sum(payload["tracker"] is not None for payload in payloads) == assigned
