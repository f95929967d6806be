"""Tests of interrupted subscriptions: each client of the guide resumes after the last event that it received.

    subscription ($after: String) { trackerAssigned(after: $after) { cursor text tracker { number } } }

First the connection is cut. Then it goes dead, with neither a close nor a reset, and so does the next one, until the
line is restored. Then the access token expires, which the client renews. Last the session ends, and the client
reconnects with the token of another session.
"""

import asyncio
from signal import SIGUSR2

import pytest

from tests.support.clients.child_process import Child, needs_packages, run_client
from tests.support.clients.guide_programs import Program, in_node, in_python
from tests.support.clients.results import without_typenames
from tests.support.clients.signing_in.short_tokens import short_token
from tests.support.scenarios.tenant import Tenant
from tests.support.servers.cuttable_proxy import cuttable_proxy

pytestmark = needs_packages

PROGRAMS = {
    "graphql-ws": in_node("graphql-ws"),
    "graphql-sse": in_node("graphql-sse"),
    "urql": in_node("urql", "urql-listening"),
    "urql over graphql-sse": in_node("urql-sse", "urql-listening"),
    "Apollo Client": in_node("apollo", "apollo-listening"),
    "Relay": in_node("relay", script="relay-listening"),
    "gql": in_python("gql-listening"),
}


def expected_events(*cursors: int) -> list[dict[str, object]]:
    """Return the expected event of each tracker, whose number is the cursor of its event."""
    return [
        {
            "cursor": str(cursor),
            "text": f"Ada assigned Compliance tracker {cursor} to you.",
            "tracker": {"number": cursor},
        }
        for cursor in cursors
    ]


async def receive(child: Child, count: int) -> list[dict[str, object]]:
    return [without_typenames(await child.receive()) for _ in range(count)]


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
async def test_every_event_arrives_once(tenant: Tenant, program: Program) -> None:
    session, next_session = await tenant.sign_in(tenant.staff.bob), await tenant.sign_in(tenant.staff.bob)
    short = short_token(session.access, seconds=4)
    tokens = {"REFRESH_TOKEN": session.refresh, "NEXT_TOKEN": next_session.access}
    await tenant.assign("before the subscription")
    async with (
        cuttable_proxy(tenant.server.address) as (proxy, address),
        run_client(program.interpreter, str(program), f"{address}/graphql", short.token, **tokens) as child,
    ):
        assert await receive(child, 1) == expected_events(1)
        await tenant.assign("during the subscription")
        assert await receive(child, 1) == expected_events(2)
        proxy.cut()
        await tenant.assign("while the connection is cut")
        await tenant.assign("while the connection is still cut")
        proxy.restore()
        assert await receive(child, 2) == expected_events(3, 4)
        proxy.silence()
        await tenant.assign("while the line is dead")
        await tenant.assign("while the line is still dead")
        await proxy.wait_for_connection()
        proxy.restore()
        assert await receive(child, 2) == expected_events(5, 6)
        await asyncio.sleep(short.seconds_left())
        await tenant.assign("after the token has expired")
        assert await receive(child, 1) == expected_events(7)
        child.signal(SIGUSR2)
        await tenant.sign_out(session)
        await tenant.assign("after the end of the session")
        await tenant.assign("with the next token")
        assert await receive(child, 2) == expected_events(8, 9)
