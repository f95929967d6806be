"""Tests of Apollo Client: lists, to which new trackers are added, updates, errors, and persisted queries.

The programs are in ``scripts/``, preceded by the guide's code blocks that configure the client.
"""

import json

from tests.support.clients.child_process import NODE_PROGRAM, needs_packages, read_script, run_client
from tests.support.clients.docs_page import block
from tests.support.clients.results import BAD_CURSOR, MISSING_VALUES, UNKNOWN_FIELD, without_locations
from tests.support.scenarios.tenant import Tenant

pytestmark = needs_packages


async def test_apollo(tenant: Tenant) -> None:
    program = "\n".join([block("apollo"), block("apollo-edge"), read_script("apollo")])
    entry = json.dumps(tenant.staff.tracker_input())
    for number in range(3):
        await tenant.assign(f"tracker {number}")
    async with run_client(NODE_PROGRAM, program, tenant.url, tenant.bob, ENTRY=entry) as child:
        assert await child.receive() == [[3, "NEW"], [2, "NEW"]]
        assert await child.receive() == [[3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.receive() == {"trackerEdge": None, **MISSING_VALUES}
        assert await child.receive() == [[4, "NEW"], [3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert await child.receive() == []
        assert await child.receive() == [[4, "CLOSED"], [3, "NEW"], [2, "NEW"], [1, "NEW"]]
        assert without_locations(await child.receive()) == [BAD_CURSOR]
        assert without_locations(await child.receive()) == [UNKNOWN_FIELD]
        await child.wait_for_exit()


async def test_a_new_tracker_is_only_put_in_front_of_the_list_of_all(tenant: Tenant) -> None:
    program = "\n".join([block("apollo"), block("apollo-edge"), read_script("apollo-lists")])
    entry = json.dumps(tenant.staff.tracker_input())
    for number in range(3):
        await tenant.assign(f"tracker {number}")
    async with run_client(NODE_PROGRAM, program, tenant.url, tenant.bob, ENTRY=entry) as child:
        # All; those that are new; those that are closed; the oldest first; those of the learner.
        assert await child.receive() == [[3, 2], [3, 2], [], [1, 2], [3]]
        assert await child.receive() == [[3, 2, 1], [3, 2, 1], [], [1, 2, 3], [3]]
        # The first pages of the others are read again: their next pages follow as the user scrolls.
        assert await child.receive() == [[4, 3, 2, 1], [4, 3], [], [1, 2], [4]]
        assert await child.receive() == [[4, 3, 2, 1], [3, 2], [4], [1, 2], [4]]
        await child.wait_for_exit()


async def test_persisted_queries(tenant: Tenant) -> None:
    program = "\n".join([block("apollo"), read_script("persisted")])
    with_query = ["POST", True, False, "data"]
    async with run_client(NODE_PROGRAM, program, tenant.url, tenant.bob) as child:
        for method in ("POST", "POST", "GET", "GET"):
            # Refused once, the link sends the document, and no more hashes after that.
            assert await child.receive() == [method, False, True, ["PERSISTED_QUERY_NOT_SUPPORTED"]]
            assert await child.receive() == with_query
            assert await child.receive() == tenant.staff.bob.name
            assert await child.receive() == with_query
        assert await child.receive() == ["POST", False, True, ["PERSISTED_QUERY_NOT_SUPPORTED"]]
        assert await child.receive() == with_query
        assert await child.receive() == []
        await child.wait_for_exit()
