"""Subscriptions over a line that is cut: the client comes back and goes on after what it has heard.

subscription ($after: String) { trackerAssigned(after: $after) { cursor text tracker { number } } }
"""

import pytest

from tests.clients.answers import bare
from tests.clients.child import NODE, PYTHON, client, needs_packages
from tests.clients.house import House
from tests.clients.line import line_to
from tests.clients.page import block

pytestmark = needs_packages


def assigned(cursor: int) -> dict[str, object]:
    """What is heard of the tracker that is opened as the first, second, third …"""
    text = f"Ada assigned Compliance tracker {cursor} to you."
    return {"cursor": str(cursor), "text": text, "tracker": {"number": cursor}}


PROGRAMS = {
    "graphql-ws": ["graphql-ws"],
    "graphql-sse": ["graphql-sse"],
    "urql": ["urql", "urql-listening"],
    "urql over graphql-sse": ["urql-sse"],
    "apollo": ["apollo", "apollo-listening"],
    "gql": ["gql-listening"],
}


@pytest.mark.parametrize("library", PROGRAMS)
async def test_nothing_is_lost_and_nothing_comes_twice(house: House, library: str) -> None:
    program = "\n".join(block(name) for name in PROGRAMS[library])
    await house.assign("before it listens")
    async with (
        line_to(house.server.address) as (line, address),
        client(PYTHON if library == "gql" else NODE, program, f"{address}/graphql", house.bob) as child,
    ):
        assert bare(await child.hear()) == assigned(1)
        await house.assign("while it listens")
        assert bare(await child.hear()) == assigned(2)
        line.cut()
        await house.assign("while it is away")
        await house.assign("while it is still away")
        line.mend()
        assert [bare(await child.hear()) for _ in range(2)] == [assigned(3), assigned(4)]
        await house.assign("after it came back")
        assert bare(await child.hear()) == assigned(5)
        assert line.calls == 2
