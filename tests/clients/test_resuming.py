"""Subscriptions that break off: each client of the page comes back and goes on after what it has heard.

    subscription ($after: String) { trackerAssigned(after: $after) { cursor text tracker { number } } }

The line is cut without a word; then the session ends, and the next token is there when the client asks for it.
"""

from dataclasses import dataclass
from signal import SIGUSR2

import pytest

from tests.support.clients.answers import bare
from tests.support.clients.child_process import NODE, PYTHON, Child, client, needs_packages, script
from tests.support.clients.docs_page import block
from tests.support.scenarios.tenant import House
from tests.support.servers.cuttable_proxy import line_to

pytestmark = [pytest.mark.clients, needs_packages]


@dataclass(frozen=True)
class Program:
    """Blocks of the page, and what goes on from them, that listen; the prelude has them take the next token on a signal."""

    blocks: list[str]
    interpreter: list[str]
    prelude: str
    script: str | None = None

    def __str__(self) -> str:
        goes_on = [script(self.script)] if self.script else []
        return "\n".join([self.prelude, *(block(name) for name in self.blocks), *goes_on])


def in_node(*blocks: str, goes_on: str | None = None) -> Program:
    prelude = "process.on('SIGUSR2', () => { process.env.TOKEN = process.env.NEXT_TOKEN })"
    return Program([*blocks], NODE, prelude, goes_on)


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
    "Relay": in_node("relay", goes_on="relay-listening"),
    "gql": in_python("gql-listening"),
}


def assigned(*cursors: int) -> list[dict[str, object]]:
    """What is heard of the trackers that are opened as the first, second, third …"""
    return [
        {
            "cursor": str(cursor),
            "text": f"Ada assigned Compliance tracker {cursor} to you.",
            "tracker": {"number": cursor},
        }
        for cursor in cursors
    ]


async def heard(child: Child, number: int) -> list[dict[str, object]]:
    return [bare(await child.hear()) for _ in range(number)]


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
async def test_nothing_is_lost_and_nothing_comes_twice(house: House, program: Program) -> None:
    first, following = await house.sign_in(house.staff.bob), await house.sign_in(house.staff.bob)
    await house.assign("before it listens")
    async with (
        line_to(house.server.address) as (line, address),
        client(
            program.interpreter, str(program), f"{address}/graphql", first.access, NEXT_TOKEN=following.access
        ) as child,
    ):
        assert await heard(child, 1) == assigned(1)
        await house.assign("while it listens")
        assert await heard(child, 1) == assigned(2)
        line.cut()
        await house.assign("while it is away")
        await house.assign("while it is still away")
        line.mend()
        assert await heard(child, 2) == assigned(3, 4)
        child.signal(SIGUSR2)
        await house.sign_out(first)
        await house.assign("when the session has ended")
        await house.assign("with the next one")
        assert await heard(child, 2) == assigned(5, 6)
