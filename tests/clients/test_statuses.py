"""Tests of what each client library reports, and which HTTP statuses it is sent, for the three kinds of failure.

The documents fail in a nullable field, in a required field, and in validation.
"""

import asyncio
import json
from typing import Any

import pytest

from tests.support.clients.child_process import NODE_PROGRAM, PYTHON_PROGRAM, needs_packages, run_client
from tests.support.clients.docs_page import block
from tests.support.scenarios.tenant import Tenant
from tests.support.servers.log_lines import wait_for_lines

DOCUMENTS = ['{ kept: __typename tracker(id: "x") { id } }', '{ trackers(after: "x") { totalCount } }', "{ nope }"]
CODES = ["BAD_USER_INPUT", "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"]
PARTIAL = {"kept": "Query", "tracker": None}

APOLLO = """
const query = (document) => client.query({ query: gql(document), errorPolicy: 'all', fetchPolicy: 'no-cache' })
const print = ({ data, error }) => console.log(JSON.stringify([data ?? null, error.errors.map((each) => each.extensions.code)]))
for (const document of JSON.parse(process.env.DOCUMENTS)) print(await query(document))
"""
URQL = """
const print = ({ data, error }) => console.log(
  JSON.stringify([data ?? null, error.graphQLErrors.map((each) => each.extensions.code)]))
for (const document of JSON.parse(process.env.DOCUMENTS)) print(await client.query(gql(document), {}))
"""
RELAY = """
const print = ({ data, errors }) => console.log(JSON.stringify([data ?? null, errors.map((each) => each.extensions.code)]))
for (const text of JSON.parse(process.env.DOCUMENTS)) print(await sendQuery({ text }, {}))
"""
GQL = """
import asyncio, json, os
from gql import Client, GraphQLRequest
from gql.transport.httpx import HTTPXAsyncTransport

async def main():
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    if "ACCEPT" in os.environ:
        headers["Accept"] = os.environ["ACCEPT"]
    async with Client(transport=HTTPXAsyncTransport(os.environ["GRAPHQL_URL"], headers=headers)) as session:
        for document in json.loads(os.environ["DOCUMENTS"]):
            result = await session.transport.execute(GraphQLRequest(document))
            print(json.dumps([result.data, [error["extensions"]["code"] for error in result.errors]]))

asyncio.run(main())
"""

# interpreter, blocks of the guide, program, Accept if it is not the library's own | statuses
CLIENTS = {
    "Apollo Client": (NODE_PROGRAM, ["apollo"], APOLLO, None, [294, 294, 422]),
    "urql": (NODE_PROGRAM, ["urql"], URQL, None, [294, 294, 422]),
    "Relay": (NODE_PROGRAM, ["relay"], RELAY, None, [200, 200, 200]),
    "gql": (PYTHON_PROGRAM, [], GQL, None, [200, 200, 200]),
    "gql with Accept": (PYTHON_PROGRAM, [], GQL, "application/graphql-response+json", [294, 294, 422]),
}


@needs_packages
@pytest.mark.parametrize(("interpreter", "blocks", "program", "accept", "statuses"), CLIENTS.values(), ids=CLIENTS)
async def test_errors_are_read_whatever_the_status(
    tenant: Tenant, interpreter: list[str], blocks: list[str], program: str, accept: str | None, statuses: list[int]
) -> None:
    source = "\n".join([*map(block, blocks), program])
    settings = {"DOCUMENTS": json.dumps(DOCUMENTS), **({"ACCEPT": accept} if accept else {})}
    async with run_client(interpreter, source, tenant.url, tenant.ada, **settings) as child:
        results = [await child.receive() for _ in DOCUMENTS]
        await child.wait_for_exit()
    data: list[Any] = [result[0] for result in results]
    assert data == [PARTIAL, None, None]
    assert [result[1] for result in results] == [[code] for code in CODES]
    await wait_for_statuses(tenant, statuses)


async def wait_for_statuses(tenant: Tenant, expected: list[int]) -> None:
    """Wait until the log ends with these statuses; a line is written after its response has been sent."""
    last: list[int] = []
    for _ in range(400):
        lines = wait_for_lines(tenant.server.log, event="request", route="/graphql")
        last = [line["status"] for line in lines[-len(expected) :]]
        if last == expected:
            return
        await asyncio.sleep(0.05)
    assert last == expected
