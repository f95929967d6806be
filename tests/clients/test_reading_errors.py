"""A test of the guide's functions for errors: of an entry by field, and of the top level by code, also with ``onError``.

The program is ``scripts/errors.mjs``, preceded by the guide's code block.
"""

import json

import pytest

from tests.support.clients.child_process import NODE_PROGRAM, needs_packages, read_script, run_client
from tests.support.clients.docs_page import block
from tests.support.clients.results import without_typenames
from tests.support.scenarios.tenant import Tenant

pytestmark = needs_packages

BY_FIELD = {
    "dueDate": [],
    "values.issue": ["'What is wrong' has a value that cannot be chosen.", "'What is wrong' takes one choice only."],
    "values.evidence": [],
    "": ["'Document' is required."],
}
BAD_CURSOR = "'after' is not a cursor of this list in this order."
CORRECT = [
    {"step": "correct", "message": BAD_CURSOR, "input": ["after"]},
    {"step": "correct", "message": "This is not a valid id.", "input": ["id"]},
]
QUERY = '{ trackers(after: "x") { totalCount } viewer { member { name } } }'
APOLLO = """
client.setLink(new HttpLink({ uri: url, fetch: fetchWithNulls }))
const { data, error } = await client.query({ query: gql(process.env.QUERY), errorPolicy: 'all' })
console.log(JSON.stringify([data, error.errors.map(({ message }) => message)]))
"""
URQL = """
const patient = new Client({ url, exchanges: [fetchExchange], fetch: fetchWithNulls, preferGetMethod: false })
const { data, error } = await patient.query(gql(process.env.QUERY), {})
console.log(JSON.stringify([data, error.graphQLErrors.map(({ message }) => message)]))
"""


async def test_errors_are_read_by_path_and_by_code(tenant: Tenant) -> None:
    entry = tenant.staff.tracker_input(values=[{"key": "issue", "value": {"choices": ["NONE", "MISSING"]}}])
    program = "\n".join([block("on-error"), read_script("errors")])
    async with run_client(NODE_PROGRAM, program, tenant.url, tenant.ada, ENTRY=json.dumps(entry)) as child:
        assert await child.receive() == BY_FIELD
        assert await child.receive() is None
        assert await child.receive() == CORRECT
        assert await child.receive() == [BAD_CURSOR, CORRECT[1]["message"]]
        assert await child.receive() == {"trackers": None, "viewer": {"member": {"name": "Ada"}}, "tracker": None}
        assert await child.receive() == CORRECT
        assert await child.receive() == [BAD_CURSOR, CORRECT[1]["message"]]
        await child.wait_for_exit()


@pytest.mark.parametrize(("library", "script"), [("apollo", APOLLO), ("urql", URQL)], ids=["Apollo Client", "urql"])
async def test_a_field_that_fails_leaves_its_siblings(tenant: Tenant, library: str, script: str) -> None:
    program = "\n".join([block(library), block("on-error"), script])
    async with run_client(NODE_PROGRAM, program, tenant.url, tenant.ada, QUERY=QUERY) as child:
        data, messages = await child.receive()
        assert without_typenames(data) == {"trackers": None, "viewer": {"member": {"name": "Ada"}}}
        assert messages == [BAD_CURSOR]
        await child.wait_for_exit()
