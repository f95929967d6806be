"""Tests of server-sent events from a real server: resuming by cursor, and the end of the session or the server."""

from collections.abc import AsyncIterator
from signal import SIGTERM
from typing import Any

import pytest
import pytest_asyncio

from tests.support.clients.graphql import gid
from tests.support.clients.member_changes import UPDATE
from tests.support.clients.sse import COMPLETE, result_event, stream
from tests.support.scenarios.staff import CREATE, PASSWORD, Staff, running_with_staff
from tests.support.servers.trackers import Server

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

SUBSCRIBE = "subscription ($after: String) { trackerAssigned(after: $after) { cursor tracker { number } } }"
WHO = "{ viewer { member { name } } }"
SESSION_OVER = result_event(errors=[{"message": "The session has ended.", "extensions": {"code": "UNAUTHENTICATED"}}])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server_and_staff(
    postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Server, Staff]]:
    async with running_with_staff(postgres, template, tmp_path_factory.mktemp("server")) as server_and_staff:
        yield server_and_staff


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def tokens(server_and_staff: tuple[Server, Staff]) -> list[str]:
    return [await server_and_staff[0].sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]


async def assign(server_and_staff: tuple[Server, Staff], token: str) -> None:
    server, members = server_and_staff
    assert (await server.ask(CREATE, token, input=members.tracker_input()))["data"]["createTracker"]["errors"] == []


def assignment(cursor: int) -> Any:
    return result_event(data={"trackerAssigned": {"cursor": str(cursor), "tracker": {"number": cursor}}})


async def test_resumed_by_cursor(server_and_staff: tuple[Server, Staff], tokens: list[str]) -> None:
    ada, bob = tokens
    url = f"{server_and_staff[0].address}/graphql"
    async with stream(url, SUBSCRIBE, token=bob, variables={"after": "0"}) as events:
        await assign(server_and_staff, ada)
        assert await events.next_event() == assignment(1)
    for _ in range(2):
        await assign(server_and_staff, ada)
    async with stream(url, SUBSCRIBE, token=bob, variables={"after": "1"}) as resumed:
        assert [await resumed.next_event() for _ in range(2)] == [assignment(2), assignment(3)]
        await assign(server_and_staff, ada)
        assert await resumed.next_event() == assignment(4)


async def test_stream_ends_with_the_session_or_the_server(
    server_and_staff: tuple[Server, Staff], tokens: list[str]
) -> None:
    """A deactivated member's stream ends with an error and ``complete``; a server stop ends others with neither."""
    server, members = server_and_staff
    ada, bob = tokens
    url = f"{server.address}/graphql"
    async with (
        stream(url, SUBSCRIBE, token=ada) as ada_events,
        stream(url, SUBSCRIBE, token=bob, variables={"after": "3"}) as bob_events,
    ):
        assert await bob_events.next_event() == assignment(4)
        entry = {"id": gid(members.bob), "active": False}
        assert (await server.ask(UPDATE, ada, input=entry))["data"]["updateMember"]["errors"] == []
        assert await bob_events.remaining() == [SESSION_OVER, COMPLETE]
        assert (await server.ask(WHO, bob))["data"] == {"viewer": None}
        server.signal(SIGTERM)
        assert await ada_events.remaining() == []
    assert await server.stop() == 0
    assert "uvicorn" not in server.log.read_text()
