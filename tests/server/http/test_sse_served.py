"""Assignments as server-sent events of the real server: resumed by cursor, ended with the session and the server."""

from collections.abc import AsyncIterator
from signal import SIGTERM
from typing import Any

import pytest
import pytest_asyncio

from tests.support.clients.graphql import gid
from tests.support.clients.member_changes import UPDATE
from tests.support.clients.sse import COMPLETE, heard, stream
from tests.support.scenarios.staff import CREATE, PASSWORD, Staff, staffed
from tests.support.servers.trackers import Server

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

LISTEN = "subscription ($after: String) { trackerAssigned(after: $after) { cursor tracker { number } } }"
WHO = "{ viewer { member { name } } }"
SESSION_OVER = heard(errors=[{"message": "The session has ended.", "extensions": {"code": "UNAUTHENTICATED"}}])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(
    postgres: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Server, Staff]]:
    async with staffed(postgres, template, tmp_path_factory.mktemp("server")) as both:
        yield both


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def tokens(house: tuple[Server, Staff]) -> list[str]:
    return [await house[0].sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]


async def assign(house: tuple[Server, Staff], token: str) -> None:
    server, who = house
    assert (await server.ask(CREATE, token, input=who.entry()))["data"]["createTracker"]["errors"] == []


def assigned(cursor: int) -> Any:
    return heard(data={"trackerAssigned": {"cursor": str(cursor), "tracker": {"number": cursor}}})


async def test_resumed_by_cursor(house: tuple[Server, Staff], tokens: list[str]) -> None:
    ada, bob = tokens
    url = f"{house[0].address}/graphql"
    async with stream(url, LISTEN, token=bob, variables={"after": "0"}) as one:
        await assign(house, ada)
        assert await one.event() == assigned(1)
    for _ in range(2):
        await assign(house, ada)
    async with stream(url, LISTEN, token=bob, variables={"after": "1"}) as again:
        assert [await again.event() for _ in range(2)] == [assigned(2), assigned(3)]
        await assign(house, ada)
        assert await again.event() == assigned(4)


async def test_ends_with_a_member_switched_off_then_with_the_server(
    house: tuple[Server, Staff], tokens: list[str]
) -> None:
    """The member's ends with an error and `complete`; another's breaks off with the server, to be opened again."""
    server, who = house
    ada, bob = tokens
    url = f"{server.address}/graphql"
    async with stream(url, LISTEN, token=ada) as hers, stream(url, LISTEN, token=bob, variables={"after": "3"}) as his:
        assert await his.event() == assigned(4)
        entry = {"id": gid(who.bob), "active": False}
        assert (await server.ask(UPDATE, ada, input=entry))["data"]["updateMember"]["errors"] == []
        assert await his.rest() == [SESSION_OVER, COMPLETE]
        assert (await server.ask(WHO, bob))["data"] == {"viewer": None}
        server.signal(SIGTERM)
        assert await hers.rest() == []
    assert await server.stop() == 0
    assert "uvicorn" not in server.log.read_text()
