"""Tests of the guide's sessions: a token that has expired is renewed once, however many requests find it refused."""

import pytest

from tests.support.clients.child_process import NODE_PROGRAM, PYTHON_PROGRAM, needs_packages, read_script, run_client
from tests.support.clients.docs_page import block
from tests.support.clients.signing_in.short_tokens import short_token
from tests.support.scenarios.tenant import Tenant

IN_PYTHON = """
import asyncio, json
from gql import Client, GraphQLRequest
from gql.transport.httpx import HTTPXAsyncTransport
from session import SignedOutError, URL, session

async def main():
    renewed = []
    session.renew = lambda token, renew=session.renew: (renewed.append(token), renew(token))[1]
    async with Client(transport=HTTPXAsyncTransport(URL, auth=session)) as client:
        ask = lambda: client.execute(GraphQLRequest("{ viewer { member { name } } }"))
        print(json.dumps([answer["viewer"]["member"]["name"] for answer in await asyncio.gather(ask(), ask(), ask())]))
        print(json.dumps([len(renewed), len(set(renewed))]))
    session.refresh_token = "unknown"
    try:
        await session.renew(session.access_token)
    except SignedOutError as error:
        print(json.dumps(str(error)))

asyncio.run(main())
"""


@needs_packages
async def test_requests_renew_the_session_once(tenant: Tenant) -> None:
    session = await tenant.sign_in(tenant.staff.bob)
    expired = short_token(session.access, seconds=-1).token
    more = {"REFRESH_TOKEN": session.refresh, "EXPIRED": expired}
    async with run_client(NODE_PROGRAM, read_script("session"), tenant.url, expired, **more) as child:
        assert await child.receive() == ["Bob", "Bob", "Bob"]
        assert await child.receive() == ["query", "query", "query", "renewal", "query", "query", "query"]
        assert await child.receive() == [True, "query", "renewal"]
        assert await child.receive() is None
        assert await child.receive() == [True, "query"]
        assert await child.receive() == [True]
        assert await child.receive() == "of another member"
        await child.wait_for_exit()


async def test_tasks_in_python_renew_the_session_once(tenant: Tenant) -> None:
    session = await tenant.sign_in(tenant.staff.bob)
    expired = short_token(session.access, seconds=-1).token
    async with run_client(PYTHON_PROGRAM, IN_PYTHON, tenant.url, expired, REFRESH_TOKEN=session.refresh) as child:
        assert await child.receive() == ["Bob", "Bob", "Bob"]
        assert await child.receive() == [3, 1]
        assert await child.receive() == "The session has ended"
        await child.wait_for_exit()


@needs_packages
@pytest.mark.parametrize("blocks", [["graphql-ws"], ["graphql-sse"], ["urql", "urql-listening"]], ids="-".join)
async def test_subscriptions_fail_when_the_session_is_over(tenant: Tenant, blocks: list[str]) -> None:
    session = await tenant.sign_in(tenant.staff.bob)
    expired = short_token(session.access, seconds=-1).token
    program = "\n".join(block(name) for name in blocks)
    async with run_client(NODE_PROGRAM, program, tenant.url, expired, REFRESH_TOKEN="unknown") as child:
        await child.wait_for_failure("SignedOut: The session has ended")
