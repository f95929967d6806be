"""An operation that awaits what others have cancelled is answered with an error; one that is cancelled itself is not."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from server.protocol.cancellation import AbortedError, aborted_if_not_cancelled
from tests.support.clients.websocket import INIT, next_message, open_client, subscribe
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

INTERNAL_ERROR = "Internal server error: find it in the server's log by its request id."


@pytest.fixture
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running:
        yield running


async def _await(future: asyncio.Future[None]) -> None:
    with aborted_if_not_cancelled():
        await future


@pytest.mark.parametrize("is_own", [True, False])
async def test_the_cancellation_of_a_task_is_its_own(is_own: bool) -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(_await(future))
    await asyncio.sleep(0)
    (task if is_own else future).cancel()
    with pytest.raises(asyncio.CancelledError if is_own else AbortedError):
        await task
    assert task.cancelled() is is_own


async def test_a_websocket_is_told(server: FakeApp, caplog: pytest.LogCaptureFixture) -> None:
    breaks = 'subscription { breaks(how: "aborted") { name } }'
    async with open_client(server, INIT) as client:
        await client.send(subscribe("{ aborted }", "query"))
        await client.send(subscribe(breaks, "subscription"))
        first, *errors = sorted(
            [await client.receive() for _ in range(3)], key=lambda message: message["type"] == "error"
        )
    assert first == next_message("subscription", data={"breaks": {"name": "first"}})
    for error in errors:
        request_id = error["payload"][0]["extensions"]["requestId"]
        extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
        assert error["payload"] == [{"message": INTERNAL_ERROR, "extensions": extensions}]
        assert f"request {request_id}: server.protocol.cancellation.AbortedError" in caplog.text
    assert {error["id"] for error in errors} == {"query", "subscription"}


async def test_a_request_over_http_is_told(server: FakeApp) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.post(server.url, json={"query": "{ aborted }"})
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (500, "INTERNAL_SERVER_ERROR")


async def test_a_connection_that_cannot_be_authenticated_is_closed(server: FakeApp) -> None:
    server.aborts = True
    async with open_client(server) as client:
        await client.send(INIT)
        assert await client.wait_closed() == (4500, "Internal server error")


async def test_a_subscription_that_cannot_be_opened_is_told(server: FakeApp) -> None:
    query = "subscription { aborts }"
    async with open_client(server, INIT) as client:
        await client.send(subscribe(query))
        error = await client.receive()
    assert (error["type"], error["payload"][0]["extensions"]["code"]) == ("error", "INTERNAL_SERVER_ERROR")
    async with httpx.AsyncClient(headers={"Accept": "text/event-stream"}) as http:
        response = await http.post(server.url, json={"query": query})
    assert "INTERNAL_SERVER_ERROR" in response.text
    assert response.text.endswith("event: complete\ndata:\n\n")
