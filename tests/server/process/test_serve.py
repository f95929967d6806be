"""Tests of the socket that the server listens on, and of the warnings that it logs at startup."""

import socket
from pathlib import Path

import pytest

from server.process.serve import SLOW_CLIENT_TIMEOUT, bind
from tests.support.scenarios.staff import PASSWORD, make_staff
from tests.support.servers.log_lines import wait_for_lines
from tests.support.servers.metrics import sample_key, scrape
from tests.support.servers.trackers import environment, run_server

pytestmark = pytest.mark.server


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_connection_is_dropped_when_nothing_is_read(host: str) -> None:
    with bind(host, 0) as listening:
        listening.listen()
        with socket.create_connection(listening.getsockname()[:2]):
            connection, _ = listening.accept()
            with connection:
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == SLOW_CLIENT_TIMEOUT * 1000


@pytest.mark.parametrize(("value", "fallbacks"), [("0", None), ("1", 1)])
async def test_compiled_execution_can_be_turned_off(
    database: str, folder: Path, value: str, fallbacks: float | None
) -> None:
    await make_staff()
    async with run_server(folder, environment(database, TRACKERS_COMPILED=value)) as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        await server.ask('{ tracker(id: "x") { id } }', token)
        values = await scrape(server)
    assert values.get(sample_key("trackers_executor_fallbacks_total", reason="root_error")) == fallbacks


async def test_a_start_without_warnings(database: str, folder: Path) -> None:
    async with run_server(folder, environment(database)) as server:
        assert await server.ask("{ __typename }") == {"data": {"__typename": "Query"}}
        wait_for_lines(server.log, event="request")
    assert wait_for_lines(server.log, event="request") == wait_for_lines(server.log)
