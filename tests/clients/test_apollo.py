"""Apollo Client: a list that grows at both ends, an update that shows in it, and refusals.

What it does is in `scripts/apollo.mjs`, after the blocks of the page that connect it.
"""

import json

import pytest

from tests.support.clients.answers import BAD_CURSOR, NO_SUCH_FIELD, NOT_FILLED, placeless
from tests.support.clients.child_process import NODE, client, needs_packages, script
from tests.support.clients.docs_page import block
from tests.support.scenarios.tenant import House

pytestmark = [pytest.mark.clients, needs_packages]


async def test_apollo(house: House) -> None:
    program = "\n".join([block("apollo"), block("apollo-edge"), script("apollo")])
    entry = json.dumps(house.staff.entry())
    for number in range(3):
        await house.assign(f"tracker {number}")
    async with client(NODE, program, house.url, house.bob, ENTRY=entry) as child:
        assert await child.hear() == [[3, "NEW"], [2, "NEW"]]
        assert await child.hear() == [[3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.hear() == {"trackerEdge": None, **NOT_FILLED}
        assert await child.hear() == [[4, "NEW"], [3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.hear() == []
        assert await child.hear() == [[4, "CLOSED"], [3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert placeless(await child.hear()) == [BAD_CURSOR]
        assert placeless(await child.hear()) == [NO_SUCH_FIELD]
        await child.end()
