"""Subscriptions that break off: each client of the guide reconnects and resumes after the last event that it received.

    subscription ($after: String) { trackerAssigned(after: $after) { cursor text tracker { number } } }

First the connection is cut; then the session ends, and the client finds the next token when it needs one.
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
    """Code blocks of the guide that subscribe, and a script after them; the prelude takes the next token on a signal."""

    blocks: list[str]
    interpreter: list[str]
    prelude: str
    script: str | None = None

    def __str__(self) -> str:
        scripts = [read_script(self.script)] if self.script else []
        return "\n".join([self.prelude, *(block(name) for name in self.blocks), *scripts])


def in_node(*blocks: str, then: str | None = None) -> Program:
    prelude = "process.on('SIGUSR2', () => { process.env.TOKEN = process.env.NEXT_TOKEN })"
    return Program([*blocks], NODE, prelude, then)


def in_python(*blocks: str) -> Program:
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
    "Relay": in_node("relay", then="relay-listening"),
    "gql": in_python("gql-listening"),
}


def assigned(*cursors: int) -> list[dict[str, object]]:
    """Return the events of the first, second, third … tracker."""
    return [
        {
            "cursor": str(cursor),
            "text": f"Ada assigned Compliance tracker {cursor} to you.",
            "tracker": {"number": cursor},
        }
        for cursor in cursors
    ]


async def receive(child: Child, number: int) -> list[dict[str, object]]:
    return [without_typenames(await child.receive()) for _ in range(number)]


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
async def test_every_event_arrives_once(tenant: Tenant, program: Program) -> None:
    first, following = await tenant.sign_in(tenant.staff.bob), await tenant.sign_in(tenant.staff.bob)
    await tenant.assign("before it subscribes")
    async with (
        cuttable_proxy(tenant.server.address) as (proxy, address),
        run_client(
            program.interpreter, str(program), f"{address}/graphql", first.access, NEXT_TOKEN=following.access
        ) as child,
    ):
        assert await receive(child, 1) == assigned(1)
        await tenant.assign("while it is subscribed")
        assert await receive(child, 1) == assigned(2)
        proxy.cut()
        await tenant.assign("while it is away")
        await tenant.assign("while it is still away")
        proxy.restore()
        assert await receive(child, 2) == assigned(3, 4)
        child.signal(SIGUSR2)
        await tenant.sign_out(first)
        await tenant.assign("when the session has ended")
        await tenant.assign("with the next one")
        assert await receive(child, 2) == assigned(5, 6)
