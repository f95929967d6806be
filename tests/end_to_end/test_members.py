"""Members from outside: invited by a real mail, signed in, switched off with the sockets that they have open."""

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
from tests.support.clients.password_links import ASK, FRESH, token_in
from tests.support.clients.password_links import SET as SET_PASSWORD
from tests.support.scenarios.staff import PASSWORD, staff
from tests.support.servers.smtp import MailServer, mail_server
from tests.support.servers.trackers import Server, environment, running

ENTRY = {"name": "Ann", "email": "ann@example.org", "kind": "TUTOR"}
SET = SET_PASSWORD.replace("$token", "$link")
WHO = "{ viewer { member { name } } }"


@asynccontextmanager
async def house(database: str, folder: Path) -> AsyncIterator[tuple[Server, MailServer]]:
    """A server that sends its mail to a real mail server."""
    async with mail_server() as post:
        env = environment(
            database,
            TRACKERS_SMTP_URL=f"smtp://127.0.0.1:{post.port}",
            TRACKERS_PUBLIC_URL="https://trackers.example/base",
        )
        async with running(folder, env) as server:
            yield server, post


async def next_token(post: MailServer, server: Server) -> str:
    """The token of the next mail, which must stand in no log."""
    async with asyncio.timeout(30):
        await post.arrived.wait()
    post.arrived.clear()
    token = token_in(post.messages[-1])
    assert token not in server.log.read_text()
    return token


async def test_invited_by_mail_then_signed_in_and_the_same_again_for_a_lost_password(
    database: str, folder: Path, postgres_log: Path
) -> None:
    await staff()
    async with house(database, folder) as (server, post):
        ada = await server.sign_in("ada@example.org", PASSWORD)
        answer = await server.ask(CREATE, ada, input=ENTRY)
        assert answer["data"]["createMember"]["errors"] == []
        invitation = await next_token(post, server)
        assert f"https://trackers.example/base/password#token={invitation}" in str(post.messages[-1])
        assert post.envelopes[-1][1] == ["ann@example.org"]
        chosen = (await server.ask(SET, link=invitation, password=FRESH))["data"]["setPassword"]
        assert chosen["errors"] == []
        entered = chosen["session"]["accessToken"]
        assert await server.ask(WHO, entered) == {"data": {"viewer": {"member": {"name": "Ann"}}}}
        signed_in = await server.sign_in("ann@example.org", FRESH)

        assert await server.ask(ASK, email="ann@example.org") == {"data": {"requestPasswordReset": True}}
        reset = await next_token(post, server)
        chosen = (await server.ask(SET, link=reset, password=f"{FRESH} again"))["data"]["setPassword"]
        assert chosen["errors"] == []
        assert await server.sign_in("ann@example.org", f"{FRESH} again")
        for token in (entered, signed_in):
            assert (await server.ask(WHO, token))["data"] == {"viewer": None}
        assert await server.stop() == 0
        said = server.log.read_text() + postgres_log.read_text()
    assert [secret for secret in (invitation, reset, FRESH, entered, signed_in) if secret in said] == []
    assert len(post.messages) == 2


@asynccontextmanager
async def socket_of(server: Server, token: str) -> AsyncIterator[ClientConnection]:
    """A socket that is acknowledged, and asks for nothing."""
    address = f"{server.address.replace('http', 'ws', 1)}/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as connection:
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
        await connection.send(json.dumps(init))
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        yield connection


async def closed(connection: ClientConnection) -> tuple[int | None, str | None]:
    async with asyncio.timeout(10):
        with suppress(ConnectionClosed):
            while True:
                await connection.recv()
    return connection.close_code, connection.close_reason


async def test_a_member_switched_off_loses_open_sockets_at_once(database: str, folder: Path) -> None:
    """Also in another process than the one that is told; those of others stay open."""
    who = await staff()
    env = environment(database)
    async with running(folder, env) as first, running(folder, env) as second, AsyncExitStack() as stack:
        ada, bob = [await first.sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]
        idle = [await stack.enter_async_context(socket_of(server, bob)) for server in (first, second)]
        subscribed = await stack.enter_async_context(second.subscribed(bob, "notificationReceived"))
        others = [await stack.enter_async_context(socket_of(server, ada)) for server in (first, second)]
        entry = {"id": gid(who.bob), "active": False}
        assert (await first.ask(UPDATE, ada, input=entry))["data"]["updateMember"]["errors"] == []
        over = (4403, "The session has ended.")
        assert [await closed(one) for one in [*idle, subscribed.connection]] == [over] * 3
        assert (await second.ask(WHO, bob))["data"] == {"viewer": None}
        for connection in others:
            await connection.send(json.dumps({"type": "ping"}))
            assert json.loads(await connection.recv()) == {"type": "pong"}
    assert (await Member.get(id=who.bob.id)).active is False


async def test_a_new_password_closes_what_was_open(database: str, folder: Path) -> None:
    who = await staff()
    async with house(database, folder) as (server, post):
        bob = await server.sign_in("bob@example.org", PASSWORD)
        async with socket_of(server, bob) as connection:
            await server.ask(ASK, email=who.bob.email)
            token = await next_token(post, server)
            assert (await server.ask(SET, link=token, password=FRESH))["data"]["setPassword"]["errors"] == []
            assert await closed(connection) == (4403, "The session has ended.")
