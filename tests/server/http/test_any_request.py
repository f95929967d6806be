"""Property-based test: every request gets a valid response in JSON or events, and nothing is written."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.servers.sample_api import sample_api
from tests.support.servers.sample_schema import FakeApp

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

STATUSES = {200, 294, 400, 405, 406, 415, 422}
MEDIA_TYPES = ["application/json", "application/graphql-response+json", "text/event-stream", "*/*", "text/*", ""]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[FakeApp]:
    async with sample_api() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=10, headers={"authorization": "Bearer good"}) as http_client:
        yield http_client


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
json_values = st.recursive(
    scalars, lambda children: st.lists(children) | st.dictionaries(st.text(), children), max_leaves=8
)
documents = st.sampled_from(["{ hello }", "subscription { count(upto: 2) }", "query A { hello } query B { who }", "{"])
requests = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("query", "operationName", "variables", "extensions"), json_values | documents)
)
bodies = st.binary() | (json_values | requests).map(lambda value: json.dumps(value).encode())
weights = st.sampled_from(["", ";q=0", ";q=0.5", ";q=1", ";q=x", ";charset=utf-8", ";charset", ";", ";=;q=;"])
printable = st.text(st.characters(min_codepoint=33, max_codepoint=126))
ranges = st.builds("{}{}".format, st.sampled_from(MEDIA_TYPES) | printable, weights)
accepts = st.lists(ranges, max_size=4).map(",".join)
content_types = st.sampled_from(["application/json", 'application/json;charset="utf-8"', "text/plain"]) | printable


def results(response: httpx.Response) -> list[Any]:
    """Return the results in a response, which consists of events or of one JSON object."""
    if response.headers["content-type"] != "text/event-stream; charset=utf-8":
        return [response.json()]
    *events, last, rest = response.text.removeprefix(":\n\n").split("\n\n")
    assert (last, rest) == ("event: complete\ndata:", "")
    return [json.loads(event.removeprefix("event: next\ndata: ")) for event in events]


@given(method=st.sampled_from(["GET", "POST", "QUERY"]), body=bodies, accept=accepts, content_type=content_types)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_request(
    server: FakeApp,
    client: httpx.AsyncClient,
    caplog: pytest.LogCaptureFixture,
    method: str,
    body: bytes,
    accept: str,
    content_type: str,
) -> None:
    headers = {"accept": accept, "content-type": content_type}
    query_string = "?" + urlencode({"query": "{ hello }", "variables": body}) if method == "GET" else ""
    response = await client.request(method, server.url + query_string, headers=headers, content=body)
    assert response.status_code in STATUSES
    response_results = results(response)
    assert response_results
    assert [result for result in response_results if set(result) - {"data", "errors"} or not result] == []
    assert server.written == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
