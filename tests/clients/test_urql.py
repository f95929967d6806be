"""A test of urql: operations by POST, a query by GET, a list that is refetched after a mutation, and errors.

The program is ``scripts/urql.mjs``, preceded by the guide's code block that configures the client.
"""

import json

from tests.support.clients.child_process import NODE_PROGRAM, needs_packages, read_script, run_client
from tests.support.clients.docs_page import block
from tests.support.clients.results import BAD_CURSOR, MISSING_VALUES, UNKNOWN_FIELD, without_locations
from tests.support.scenarios.tenant import Tenant

pytestmark = needs_packages


async def test_urql(tenant: Tenant) -> None:
    program = "\n".join([block("urql"), read_script("urql")])
    entry = json.dumps(tenant.staff.tracker_input())
    await tenant.assign("the first")
    async with run_client(NODE_PROGRAM, program, tenant.url, tenant.ada, ENTRY=entry) as child:
        assert await child.receive() == [[1, "NEW"]]
        assert await child.receive() == {"tracker": None, **MISSING_VALUES}
        assert await child.receive() == 2
        assert [await child.receive() for _ in "12"] == [[[2, "NEW"], [1, "NEW"]]] * 2
        assert await child.receive() == []
        assert await child.receive() == [[2, "CLOSED"]]
        assert without_locations(await child.receive()) == [BAD_CURSOR]
        assert without_locations(await child.receive()) == [UNKNOWN_FIELD]
        await child.wait_for_exit()
