"""Tests of content negotiation, content types, and the limits on request bodies."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from server.http.negotiation import accepts_event_stream, response_media_type
from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/graphql"
JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
HELLO = {"data": {"hello": "Hello you"}}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(server: FakeApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url.removesuffix(PATH), timeout=10) as http_client:
        yield http_client


def error_result(message: str, code: str = "BAD_REQUEST") -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


# Accept | media type of the response, or None for 406
ACCEPT_CASES: list[tuple[str, str | None]] = [
    ("", JSON),
    ("*/*", JSON),
    ("application/*", JSON),
    (JSON, JSON),
    (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
    (f"{GRAPHQL_RESPONSE}, {JSON}", GRAPHQL_RESPONSE),
    (f"{JSON}, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
    (f"{JSON}, */*", JSON),
    (f"{GRAPHQL_RESPONSE}, */*", GRAPHQL_RESPONSE),
    (f"{GRAPHQL_RESPONSE}, application/json;q=0.9", GRAPHQL_RESPONSE),
    (f"{JSON}, {GRAPHQL_RESPONSE};q=0.9", JSON),
    (f"{JSON};q=0.1, {GRAPHQL_RESPONSE};q=0.05", JSON),
    (f"{JSON};q=0, */*", GRAPHQL_RESPONSE),
    ("APPLICATION/JSON; Charset=UTF-8", JSON),
    (f'{GRAPHQL_RESPONSE}; charset="utf-8"', GRAPHQL_RESPONSE),
    (f"{JSON};charset=utf-16", None),
    (f"{JSON};q=0", None),
    (f"{JSON};q=x", None),
    ("text/html", None),
    ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
    (EVENT_STREAM, EVENT_STREAM),
    ("Text/Event-Stream; charset=UTF-8", EVENT_STREAM),
    (f"{EVENT_STREAM};q=0", None),
    ("text/*", None),
    (f"{EVENT_STREAM}, */*", JSON),
    (f"{EVENT_STREAM}, */*;q=0.1", EVENT_STREAM),
    (f"{EVENT_STREAM}, {JSON};q=0.9", EVENT_STREAM),
    (f"{EVENT_STREAM};q=0.9, {JSON}", JSON),
    (f"{GRAPHQL_RESPONSE}, application/graphql+json, {JSON}, {EVENT_STREAM}, multipart/mixed", GRAPHQL_RESPONSE),
]


@pytest.mark.parametrize(("accept", "media_type"), ACCEPT_CASES)
async def test_accept(accept: str, media_type: str | None) -> None:
    assert response_media_type(accept) == media_type


# Accept | whether a subscription may be streamed to this client
EVENT_STREAM_CASES: list[tuple[str, bool]] = [
    ("", False),
    ("*/*", False),
    ("text/*", False),
    (JSON, False),
    (f"{EVENT_STREAM};q=0", False),
    (EVENT_STREAM, True),
    (f"{EVENT_STREAM};q=0.1, {JSON}", True),
    (f"{GRAPHQL_RESPONSE}, application/graphql+json, {JSON}, {EVENT_STREAM}, multipart/mixed", True),
]


@pytest.mark.parametrize(("accept", "expected"), EVENT_STREAM_CASES)
async def test_accepts_event_stream(accept: str, expected: bool) -> None:
    assert accepts_event_stream(accept) == expected


async def test_not_acceptable(client: httpx.AsyncClient) -> None:
    response = await client.post(PATH, json={"query": "{ hello }"}, headers={"accept": "text/html"})
    message = "Accept must allow application/json, application/graphql-response+json or text/event-stream"
    assert (response.status_code, response.json()) == (406, error_result(message, "NOT_ACCEPTABLE"))


# Content-Type, further headers | status
CONTENT_TYPE_CASES: list[tuple[dict[str, str], int]] = [
    ({"content-type": "application/json"}, 200),
    ({"content-type": "application/json; charset=utf-8"}, 200),
    ({"content-type": 'Application/JSON;charset="UTF-8"'}, 200),
    ({"content-type": "application/json; charset=latin-1"}, 415),
    ({"content-type": "application/graphql"}, 415),
    ({"content-type": "text/plain"}, 415),
    ({"content-type": "application/x-www-form-urlencoded"}, 415),
    ({}, 415),
    ({"content-type": "application/json", "content-encoding": "gzip"}, 415),
    ({"content-type": "application/json", "content-encoding": "identity"}, 200),
]


@pytest.mark.parametrize(("headers", "status"), CONTENT_TYPE_CASES)
async def test_content_type(client: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    response = await client.post(PATH, content=b'{"query":"{ hello }"}', headers=headers)
    assert response.status_code == status
    assert (
        response.json() == HELLO
        if status == 200
        else response.json()["errors"][0]["extensions"] == {"code": "UNSUPPORTED_MEDIA_TYPE"}
    )


@pytest.mark.parametrize("length", [1_048_576, 1_048_577, 5_000_000])
async def test_body_limit(client: httpx.AsyncClient, length: int) -> None:
    headers = {"content-type": JSON, "authorization": "Bearer good"}
    body = b'{"query":"{ hello }"}'.ljust(length)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, length, 65_536):
            yield body[start : start + 65_536]

    whole = await client.post(PATH, content=body, headers=headers)
    chunked = await client.post(PATH, content=chunks(), headers=headers)
    too_long = (413, error_result("The body is longer than 1048576 bytes", "CONTENT_TOO_LARGE"))
    for response in (whole, chunked):
        assert (response.status_code, response.json()) == ((200, HELLO) if length <= 1_048_576 else too_long)


async def send_partial_body(server: FakeApp) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = server.url.removeprefix("http://").removesuffix("/graphql").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
    await writer.drain()
    return reader, writer


async def test_client_disconnects_during_the_body(
    server: FakeApp, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await send_partial_body(server)
    writer.close()
    await writer.wait_closed()
    assert (await client.post(PATH, json={"query": "{ hello }"})).json() == HELLO
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
