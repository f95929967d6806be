"""Tests of members through a running server: invitations by email, new passwords, and deactivation with open sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from models import Member
from tests.support.clients.graphql import gid
from tests.support.clients.member_changes import CREATE, UPDATE
from tests.support.clients.signing_in.password_links import NEW_PASSWORD, REQUEST, SET_PASSWORD, link_token
from tests.support.clients.websocket import open_socket, wait_closed
from tests.support.scenarios.staff import PASSWORD, make_staff
from tests.support.servers.smtp import MailServer, mail_server
from tests.support.servers.trackers import Server, environment, run_server

ENTRY = {"name": "Ann", "email": "ann@example.org", "kind": "TUTOR"}
SET_WITH_LINK = SET_PASSWORD.replace("$token", "$link")
VIEWER_NAME = "{ viewer { member { name } } }"
SUBJECTS = [
    ("ada@example.org", "A new device has signed in to"),
    ("ann@example.org", "A new device has signed in to"),
    ("ann@example.org", "A new device has signed in to"),
    ("ann@example.org", "A new password for"),
    ("ann@example.org", "You are invited to"),
    ("ann@example.org", "Your password for"),
    ("ann@example.org", "Your password for"),
]
"""The recipients and subjects of an invitation, a reset, two new passwords, and three sign-ins without a device's token."""


@asynccontextmanager
async def server_with_mail(database: str, folder: Path) -> AsyncIterator[tuple[Server, MailServer]]:
    """Run a server that sends its email through a real mail server."""
    async with mail_server() as mail:
        env = environment(
            database,
            TRACKERS_SMTP_URL=f"smtp://127.0.0.1:{mail.port}",
            TRACKERS_PUBLIC_URL="https://trackers.example/base",
        )
        async with run_server(folder, env) as server:
            yield server, mail


async def receive_token(mail: MailServer, server: Server, *, number: int = 1) -> str:
    """Wait for so many emails with a link, and return the token of the last, which must not be logged."""
    async with asyncio.timeout(30):
        while len(links := [message for message in mail.messages if "#token=" in str(message)]) < number:
            await mail.arrived.wait()
            mail.arrived.clear()
    token = link_token(links[-1])
    assert token not in server.log.read_text()
    return token


async def test_an_invitation_followed_by_a_sign_in_and_a_password_reset(
    database: str, folder: Path, postgres_log: Path
) -> None:
    await make_staff()
    async with server_with_mail(database, folder) as (server, mail):
        ada = await server.sign_in("ada@example.org", PASSWORD)
        answer = await server.ask(CREATE, ada, input=ENTRY)
        assert answer["data"]["createMember"]["errors"] == []
        invitation = await receive_token(mail, server)
        (message,) = [message for message in mail.messages if message["To"] == "ann@example.org"]
        assert f"https://trackers.example/base/password#token={invitation}" in str(message)
        payload = (await server.ask(SET_WITH_LINK, link=invitation, password=NEW_PASSWORD))["data"]["setPassword"]
        assert payload["errors"] == []
        first_token = payload["session"]["accessToken"]
        assert await server.ask(VIEWER_NAME, first_token) == {"data": {"viewer": {"member": {"name": "Ann"}}}}
        second_token = await server.sign_in("ann@example.org", NEW_PASSWORD)

        assert await server.ask(REQUEST, email="ann@example.org") == {"data": {"requestPasswordReset": True}}
        reset = await receive_token(mail, server, number=2)
        payload = (await server.ask(SET_WITH_LINK, link=reset, password=f"{NEW_PASSWORD} again"))["data"]["setPassword"]
        assert payload["errors"] == []
        assert await server.sign_in("ann@example.org", f"{NEW_PASSWORD} again")
        for token in (first_token, second_token):
            assert (await server.ask(VIEWER_NAME, token))["data"] == {"viewer": None}
        async with asyncio.timeout(30):
            while len(mail.messages) < len(SUBJECTS):
                await mail.arrived.wait()
                mail.arrived.clear()
        assert await server.stop() == 0
        logs = server.log.read_text() + postgres_log.read_text()
    assert [secret for secret in (invitation, reset, NEW_PASSWORD, first_token, second_token) if secret in logs] == []
    assert (
        sorted((message["To"], message["Subject"].split(" the trackers")[0]) for message in mail.messages) == SUBJECTS
    )


async def test_deactivating_a_member_closes_their_open_sockets(database: str, folder: Path) -> None:
    """Deactivate a member on one server: their sockets on both servers are closed, those of others stay open."""
    members = await make_staff()
    env = environment(database)
    async with run_server(folder, env) as first, run_server(folder, env) as second, AsyncExitStack() as stack:
        ada, bob = [await first.sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]
        idle = [await stack.enter_async_context(open_socket(server, bob)) for server in (first, second)]
        subscribed = await stack.enter_async_context(second.subscribe(bob, "notificationReceived"))
        others = [await stack.enter_async_context(open_socket(server, ada)) for server in (first, second)]
        entry = {"id": gid(members.bob), "active": False}
        assert (await first.ask(UPDATE, ada, input=entry))["data"]["updateMember"]["errors"] == []
        close = (4403, "The session has ended.")
        assert [await wait_closed(connection) for connection in [*idle, subscribed.connection]] == [close] * 3
        assert (await second.ask(VIEWER_NAME, bob))["data"] == {"viewer": None}
        for connection in others:
            await connection.send(json.dumps({"type": "ping"}))
            assert json.loads(await connection.recv()) == {"type": "pong"}
    assert (await Member.get(id=members.bob.id)).active is False


async def test_setting_a_password_closes_open_sockets(database: str, folder: Path) -> None:
    members = await make_staff()
    async with server_with_mail(database, folder) as (server, mail):
        bob = await server.sign_in("bob@example.org", PASSWORD)
        async with open_socket(server, bob) as connection:
            await server.ask(REQUEST, email=members.bob.email)
            token = await receive_token(mail, server)
            assert (await server.ask(SET_WITH_LINK, link=token, password=NEW_PASSWORD))["data"]["setPassword"][
                "errors"
            ] == []
            assert await wait_closed(connection) == (4403, "The session has ended.")
