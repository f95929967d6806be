"""Tests of interrupted subscriptions: each client of the guide resumes after the last event that it received.

    subscription ($after: String) { trackerAssigned(after: $after) { cursor text tracker { number } } }

First the connection is cut. Then the session ends, and the client reconnects with the token of another session.
"""

from dataclasses import dataclass
from signal import SIGUSR2

import pytest

from tests.support.clients.child_process import NODE, PYTHON, Child, needs_packages, read_script, run_client
from tests.support.clients.docs_page import block
from tests.support.clients.results import without_typenames
from tests.support.scenarios.tenant import Tenant
from tests.support.servers.cuttable_proxy import cuttable_proxy

pytestmark = needs_packages


@dataclass(frozen=True)
class Program:
    """A program that subscribes: a prelude, code blocks of the guide, and optionally a script.

    The prelude replaces the token with the next one when the process receives SIGUSR2.
    """

    blocks: list[str]
    interpreter: list[str]
    prelude: str
    script: str | None = None

    def __str__(self) -> str:
        scripts = [read_script(self.script)] if self.script else []
        return "\n".join([self.prelude, *(block(name) for name in self.blocks), *scripts])


def in_node(*blocks: str, script: str | None = None) -> Program:
    """Return a program for Node.js."""
    prelude = "process.on('SIGUSR2', () => { process.env.TOKEN = process.env.NEXT_TOKEN })"
    return Program([*blocks], NODE, prelude, script)


def in_python(*blocks: str) -> Program:
    """Return a program for Python."""
    prelude = (
        'import os, signal\nsignal.signal(signal.SIGUSR2, lambda *_: os.environ.update(TOKEN=os.environ["NEXT_TOKEN"]))'
    )
    return Program([*blocks], PYTHON, prelude)


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
    await tenant.assign("before the subscription")
    async with (
        cuttable_proxy(tenant.server.address) as (proxy, address),
        run_client(
            program.interpreter, str(program), f"{address}/graphql", session.access, NEXT_TOKEN=next_session.access
        ) as child,
    ):
        assert await receive(child, 1) == expected_events(1)
        await tenant.assign("during the subscription")
        assert await receive(child, 1) == expected_events(2)
        proxy.cut()
        await tenant.assign("while the connection is cut")
        await tenant.assign("while the connection is still cut")
        proxy.restore()
        assert await receive(child, 2) == expected_events(3, 4)
        child.signal(SIGUSR2)
        await tenant.sign_out(session)
        await tenant.assign("after the end of the session")
        await tenant.assign("with the next token")
        assert await receive(child, 2) == expected_events(5, 6)
