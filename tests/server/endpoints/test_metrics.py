"""Tests of the metrics of one or several processes, and of who may read them."""

import asyncio
import os
from pathlib import Path
from signal import SIGKILL
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from models import MemberKind, Role, TrackerStatus
from models.database import fetch
from server.endpoints.metrics import metrics_route
from tests.support import factories as make
from tests.support.clients.sse import HEARTBEAT, stream
from tests.support.scenarios.staff import CREATE, PASSWORD, make_staff
from tests.support.servers.metrics import Sample, sample_key, scrape
from tests.support.servers.proxied import ProxiedServer
from tests.support.servers.trackers import Server, environment, run_server

pytestmark = pytest.mark.server

TOKEN = "a-token-for-metrics"
HELLO = "query A { ...Both } fragment Both on Query { viewer { id } again: viewer { id } ... { __typename } }"


async def test_metrics_of_one_process(database: str, folder: Path) -> None:
    members = await make_staff()
    async with run_server(folder, environment(database)) as server:
        ada, bob = [await server.sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]
        async with server.subscribe(bob, "notificationReceived") as subscription:
            for _ in range(3):
                await server.ask(CREATE, ada, input=members.tracker_input())
            for _ in range(3):
                await subscription.next()
            await server.ask(HELLO)
            await server.ask("{ nope }", ada)
            await server.ask("{ trackers(first: 1000) { totalCount } }", ada)
            values = await _scrape_settled_metrics(server)
        async with asyncio.timeout(20):
            while (await scrape(server))[sample_key("trackers_open_websockets")] != 0:
                await asyncio.sleep(0.1)

    def fields(operation: str, field: str) -> float:
        return values[sample_key("trackers_root_fields_total", operation=operation, field=field)]

    assert [fields("mutation", name) for name in ("signIn", "createTracker")] == [2, 3]
    assert [fields("query", name) for name in ("viewer", "__typename", "trackers")] == [1, 1, 1]
    assert (fields("subscription", "notificationReceived"), fields("other", "other")) == (1, 1)
    assert values[sample_key("trackers_errors_total", code="GRAPHQL_VALIDATION_FAILED")] == 1
    assert values[sample_key("trackers_errors_total", code="BAD_USER_INPUT")] == 1
    assert values[sample_key("trackers_executor_fallbacks_total", reason="root_error")] == 1
    assert values[sample_key("trackers_http_requests_total", method="POST", route="/graphql", status="200")] == 8
    assert values[sample_key("trackers_http_request_duration_seconds_count", route="/graphql")] == 8
    assert values[sample_key("trackers_operation_duration_seconds_count", operation="mutation")] == 5
    assert values[sample_key("trackers_operation_duration_seconds_count", operation="query")] == 2
    assert values[sample_key("trackers_notification_lag_seconds_count")] == 3
    assert 0 < values[sample_key("trackers_notification_lag_seconds_sum")] < 60
    assert values[sample_key("trackers_open_websockets")] == 1
    assert values[sample_key("trackers_database_up")] == 1
    assert 2 <= values[sample_key("trackers_database_connections")] <= 20
    assert sample_key("process_resident_memory_bytes") in values


async def test_open_event_streams(database: str, folder: Path) -> None:
    await make_staff()
    async with run_server(folder, environment(database)) as server:
        bob = await server.sign_in("bob@example.org", PASSWORD)
        async with stream(
            f"{server.address}/graphql", "subscription { trackerAssigned { cursor } }", token=bob
        ) as events:
            assert await events.receive() == HEARTBEAT
            assert (await scrape(server))[sample_key("trackers_open_event_streams")] == 1
        await _wait_for_metric(server, {}, "trackers_open_event_streams", 0)


async def _scrape_settled_metrics(server: Server) -> dict[Sample, float]:
    """Scrape until all requests are counted, because a request is only counted after its response has been sent."""
    async with asyncio.timeout(20):
        while True:
            values = await scrape(server)
            if values.get(sample_key("trackers_http_request_duration_seconds_count", route="/graphql")) == 8:
                return values
            await asyncio.sleep(0.1)


async def test_queues_in_the_database(database: str, folder: Path) -> None:
    organisation = await make.organisation()
    member = await make.member(organisation, kind=MemberKind.ADMINISTRATOR, roles=list(Role))
    notification = await make.notification(await make.tracker(organisation), member)
    hour = "now() + interval '1 hour'"
    for columns in (
        f"created_at = now() - interval '90 seconds', due_at = {hour}",
        f"created_at = now() - interval '30 seconds', due_at = {hour}",
        "given_up_at = now(), last_error = 'SMTP 550'",
        "given_up_at = now() - interval '8 days', last_error = 'SMTP 550'",
        "sent_at = now()",
    ):
        mail = await make.mail(notification)
        await fetch(f"UPDATE mail SET {columns} WHERE id = $1", mail.id)
    await make.tracker(organisation, status=TrackerStatus.APPROVED)
    future_tracker = await make.tracker(organisation, status=TrackerStatus.APPROVED)
    await fetch("UPDATE tracker SET applies_on = '2099-01-01' WHERE id = $1", future_tracker.id)
    async with run_server(folder, environment(database)) as server:
        values = await scrape(server)
    assert values[sample_key("trackers_outbox_waiting")] == 2
    assert 90 <= values[sample_key("trackers_outbox_oldest_age_seconds")] < 300
    assert values[sample_key("trackers_outbox_given_up")] == 1
    assert values[sample_key("trackers_automations_failed")] == 1


async def test_metrics_of_several_processes(database: str, folder: Path) -> None:
    """Any process reports the metrics of all. If a process ends, its counters are kept, but not its gauges."""
    env = environment(database, TRACKERS_METRICS_TOKEN=TOKEN)
    bearer = {"authorization": f"Bearer {TOKEN}"}
    async with run_server(folder, env, "--workers", "2") as server:
        await _wait_for_metric(server, bearer, "trackers_database_up", 1)
        websockets = [await _open_websocket(server) for _ in range(8)]
        await _wait_for_metric(server, bearer, "trackers_open_websockets", 8)
        for _ in range(12):
            await server.ask("{ __typename }")
        field = {"operation": "query", "field": "__typename"}
        totals = [
            (await _wait_for_metric(server, bearer, "trackers_root_fields_total", 12, **field))[
                sample_key("trackers_root_fields_total", **field)
            ]
            for _ in range(6)
        ]
        assert totals == [12] * 6
        assert len(server.workers()) == 2
        os.kill(server.workers()[0], SIGKILL)
        for websocket in websockets:
            await websocket.close()
        values = await _wait_for_metric(server, bearer, "trackers_open_websockets", 0)
        assert values[sample_key("trackers_root_fields_total", **field)] == 12


async def _open_websocket(server: Server) -> Any:
    address = f"{server.address.replace('http', 'ws', 1)}/graphql"
    return await connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None, close_timeout=2)


async def _wait_for_metric(
    server: Server, headers: dict[str, str], name: str, value: float, **labels: str
) -> dict[Sample, float]:
    async with asyncio.timeout(60):
        while True:
            try:
                values = await scrape(server, **headers)
            except httpx.TransportError:  # no process listens yet, or the one that took the request has been killed
                values = {}
            if values.get(sample_key(name, **labels)) == value:
                return values
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"X-Forwarded-For": "127.0.0.1"}, 403),
        ({"X-Forwarded-For": "203.0.113.9"}, 403),
        ({"X-Real-IP": "203.0.113.9"}, 403),
        ({"Forwarded": "for=203.0.113.9"}, 403),
        ({"Via": "1.1 edge"}, 403),
    ],
)
def test_without_a_token_only_this_machine_may_read(
    proxied_server: ProxiedServer, headers: dict[str, str], status: int
) -> None:
    response = proxied_server.client.get("/metrics", headers=headers)
    assert response.status_code == status
    if status == 403:
        assert response.text == "Without TRACKERS_METRICS_TOKEN the metrics are for this machine alone.\n"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        ("Bearer", 401),
        ("Bearer another", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        ("Bearer \xe9", 401),
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN}", 200),
    ],
)
async def test_token(authorization: str | None, status: int) -> None:
    app = Starlette(routes=[metrics_route(TOKEN)])
    headers = {} if authorization is None else {b"authorization": authorization.encode("latin-1")}
    for peer in ("127.0.0.1", "203.0.113.9"):
        transport = httpx.ASGITransport(app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://server.example") as client:
            response = await client.get("/metrics", headers=headers)
        assert response.status_code == status
        assert ("trackers_http_requests" in response.text) is (status == 200)
        assert response.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)


@pytest.mark.parametrize(("peer", "status"), [("127.0.0.9", 200), ("::1", 200), ("10.0.0.1", 403), ("a name", 403)])
async def test_local_addresses(peer: str, status: int) -> None:
    transport = httpx.ASGITransport(Starlette(routes=[metrics_route(None)]), client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://server.example") as client:
        assert (await client.get("/metrics")).status_code == status
