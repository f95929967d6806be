"""Apollo Client: a list that grows at both ends, an update that shows in it, and refusals.

What it does is in `scripts/apollo.mjs`, after the blocks of the page that connect it.
"""

import json

from tests.clients.child import NODE, client, needs_packages, script
from tests.clients.house import House
from tests.clients.page import block

pytestmark = needs_packages

REQUIRED = [
    {"__typename": "InputError", "path": ["values", key], "code": "REQUIRED", "message": f"{label} is required."}
    for key, label in (("documentKind", "Document"), ("issue", "What is wrong"))
]
BAD_CURSOR = {
    "message": "after is no cursor of this list.",
    "locations": [{"line": 2, "column": 3}],
    "path": ["trackers"],
    "extensions": {"code": "BAD_USER_INPUT", "path": ["after"]},
}


async def test_apollo(house: House) -> None:
    program = "\n".join([block("apollo"), block("apollo-edge"), script("apollo")])
    entry = json.dumps(house.staff.entry())
    for number in range(3):
        await house.assign(f"tracker {number}")
    async with client(NODE, program, house.url, house.bob, ENTRY=entry) as child:
        assert await child.hear() == [[3, "NEW"], [2, "NEW"]]
        assert await child.hear() == [[3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.hear() == {
            "__typename": "CreateTrackerPayload", "trackerEdge": None, "errors": REQUIRED,
        }  # fmt: skip
        assert await child.hear() == [[4, "NEW"], [3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.hear() == []
        assert await child.hear() == [[4, "CLOSED"], [3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.hear() == [BAD_CURSOR]
        [unknown] = await child.hear()
        assert (unknown["extensions"], unknown["locations"]) == (
            {"code": "GRAPHQL_VALIDATION_FAILED"},
            [{"line": 3, "column": 5}],
        )
        await child.end()
