"""urql: queries and mutations by POST, a query by GET, a list that is asked for anew after a mutation, and refusals.

What it does is in `scripts/urql.mjs`, after the block of the page that connects it.
"""

import json

import pytest

from tests.support.clients.answers import BAD_CURSOR, NO_SUCH_FIELD, NOT_FILLED, placeless
from tests.support.clients.child_process import NODE, client, needs_packages, script
from tests.support.clients.docs_page import block
from tests.support.scenarios.tenant import House

pytestmark = [pytest.mark.clients, needs_packages]


async def test_urql(house: House) -> None:
    program = "\n".join([block("urql"), script("urql")])
    entry = json.dumps(house.staff.entry())
    await house.assign("the first")
    async with client(NODE, program, house.url, house.ada, ENTRY=entry) as child:
        assert await child.hear() == [[1, "NEW"]]
        assert await child.hear() == {"tracker": None, **NOT_FILLED}
        assert await child.hear() == 2
        assert [await child.hear() for _ in "12"] == [[[2, "NEW"], [1, "NEW"]]] * 2
        assert placeless(await child.hear()) == [BAD_CURSOR]
        assert placeless(await child.hear()) == [NO_SUCH_FIELD]
        await child.end()
