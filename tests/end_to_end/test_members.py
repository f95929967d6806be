"""Members from outside: invited by a real mail, signed in, deactivated with their open sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from models import Member
from tests.support.clients.graphql import gid
from tests.support.clients.member_changes import CREATE, UPDATE
from tests.support.clients.password_links import NEW_PASSWORD, REQUEST, SET_PASSWORD, link_token
from tests.support.scenarios.staff import PASSWORD, staff
from tests.support.servers.smtp import MailServer, mail_server
from tests.support.servers.trackers import Server, environment, run_server

ENTRY = {"name": "Ann", "email": "ann@example.org", "kind": "TUTOR"}
SET_BY_LINK = SET_PASSWORD.replace("$token", "$link")
WHO = "{ viewer { member { name } } }"


@asynccontextmanager
async def server_with_mail(database: str, folder: Path) -> AsyncIterator[tuple[Server, MailServer]]:
    """Run a server that sends its mail to a real mail server."""
    async with mail_server() as mail:
        env = environment(
            database,
            TRACKERS_SMTP_URL=f"smtp://127.0.0.1:{mail.port}",
            TRACKERS_PUBLIC_URL="https://trackers.example/base",
        )
        async with run_server(folder, env) as server:
            yield server, mail


async def next_token(mail: MailServer, server: Server) -> str:
    """Return the token of the next mail, which no log may contain."""
    async with asyncio.timeout(30):
        await mail.arrived.wait()
    mail.arrived.clear()
    token = link_token(mail.messages[-1])
    assert token not in server.log.read_text()
    return token


async def test_an_invitation_a_sign_in_and_a_password_reset(database: str, folder: Path, postgres_log: Path) -> None:
    await staff()
    async with server_with_mail(database, folder) as (server, mail):
        ada = await server.sign_in("ada@example.org", PASSWORD)
        answer = await server.ask(CREATE, ada, input=ENTRY)
        assert answer["data"]["createMember"]["errors"] == []
        invitation = await next_token(mail, server)
        assert f"https://trackers.example/base/password#token={invitation}" in str(mail.messages[-1])
        assert mail.envelopes[-1][1] == ["ann@example.org"]
        chosen = (await server.ask(SET_BY_LINK, link=invitation, password=NEW_PASSWORD))["data"]["setPassword"]
        assert chosen["errors"] == []
        entered = chosen["session"]["accessToken"]
        assert await server.ask(WHO, entered) == {"data": {"viewer": {"member": {"name": "Ann"}}}}
        signed_in = await server.sign_in("ann@example.org", NEW_PASSWORD)

        assert await server.ask(REQUEST, email="ann@example.org") == {"data": {"requestPasswordReset": True}}
        reset = await next_token(mail, server)
        chosen = (await server.ask(SET_BY_LINK, link=reset, password=f"{NEW_PASSWORD} again"))["data"]["setPassword"]
        assert chosen["errors"] == []
        assert await server.sign_in("ann@example.org", f"{NEW_PASSWORD} again")
        for token in (entered, signed_in):
            assert (await server.ask(WHO, token))["data"] == {"viewer": None}
        assert await server.stop() == 0
        logs = server.log.read_text() + postgres_log.read_text()
    assert [secret for secret in (invitation, reset, NEW_PASSWORD, entered, signed_in) if secret in logs] == []
    assert len(mail.messages) == 2


@asynccontextmanager
async def socket_of(server: Server, token: str) -> AsyncIterator[ClientConnection]:
    """Open a socket that is acknowledged, and subscribe to nothing."""
    address = f"{server.address.replace('http', 'ws', 1)}/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as connection:
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
        await connection.send(json.dumps(init))
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        yield connection


async def closed(connection: ClientConnection) -> tuple[int | None, str | None]:
    """Wait until a socket is closed, and return its code and reason."""
    async with asyncio.timeout(10):
        with suppress(ConnectionClosed):
            while True:
                await connection.recv()
    return connection.close_code, connection.close_reason


async def test_a_deactivated_member_loses_open_sockets_at_once(database: str, folder: Path) -> None:
    """Also in another process than the one that deactivates them; the sockets of others stay open."""
    who = await staff()
    env = environment(database)
    async with run_server(folder, env) as first, run_server(folder, env) as second, AsyncExitStack() as stack:
        ada, bob = [await first.sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]
        idle = [await stack.enter_async_context(socket_of(server, bob)) for server in (first, second)]
        subscribed = await stack.enter_async_context(second.subscribe(bob, "notificationReceived"))
        others = [await stack.enter_async_context(socket_of(server, ada)) for server in (first, second)]
        entry = {"id": gid(who.bob), "active": False}
        assert (await first.ask(UPDATE, ada, input=entry))["data"]["updateMember"]["errors"] == []
        ended = (4403, "The session has ended.")
        assert [await closed(connection) for connection in [*idle, subscribed.connection]] == [ended] * 3
        assert (await second.ask(WHO, bob))["data"] == {"viewer": None}
        for connection in others:
            await connection.send(json.dumps({"type": "ping"}))
            assert json.loads(await connection.recv()) == {"type": "pong"}
    assert (await Member.get(id=who.bob.id)).active is False


async def test_a_new_password_closes_open_sockets(database: str, folder: Path) -> None:
    who = await staff()
    async with server_with_mail(database, folder) as (server, mail):
        bob = await server.sign_in("bob@example.org", PASSWORD)
        async with socket_of(server, bob) as connection:
            await server.ask(REQUEST, email=who.bob.email)
            token = await next_token(mail, server)
            assert (await server.ask(SET_BY_LINK, link=token, password=NEW_PASSWORD))["data"]["setPassword"][
                "errors"
            ] == []
            assert await closed(connection) == (4403, "The session has ended.")
