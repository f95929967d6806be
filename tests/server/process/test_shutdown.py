"""Tests of the shutdown, in which the server refuses new work, finishes work in progress, and exits with code 0."""

import asyncio
import json
from pathlib import Path
from signal import SIGTERM

import httpx
import pytest

from models import Mail, Tracker
from models.database import transaction
from tests.support.clients.websocket import open_socket, wait_closed
from tests.support.databases.locks import wait_until_blocked
from tests.support.scenarios.staff import CREATE, PASSWORD, make_staff
from tests.support.servers.smtp import mail_server
from tests.support.servers.trackers import environment, run_server

pytestmark = pytest.mark.server

GOING_AWAY = (1001, "Going away")


async def test_requests_operations_and_emails_in_progress_are_finished(database: str, folder: Path) -> None:
    """Send SIGTERM while a lock blocks two writes, over HTTP and WebSocket, and the mail server is slow to answer."""
    members = await make_staff()
    async with mail_server() as smtp_server:
        smtp_server.may_reply.clear()
        env = environment(database, TRACKERS_SMTP_URL=f"smtp://127.0.0.1:{smtp_server.port}")
        async with run_server(folder, env) as server:
            ada = await server.sign_in("ada@example.org", PASSWORD)
            async with open_socket(server, ada) as socket, httpx.AsyncClient(trust_env=False, timeout=30) as http:
                await server.ask(CREATE, ada, input=members.tracker_input())
                await asyncio.wait_for(smtp_server.arrived.wait(), 30)
                async with transaction() as connection:
                    await connection.execute_query("LOCK TABLE tracker IN ACCESS EXCLUSIVE MODE")
                    request = asyncio.create_task(server.ask(CREATE, ada, input=members.tracker_input()))
                    payload = {"query": CREATE, "variables": {"input": members.tracker_input()}}
                    await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
                    await wait_until_blocked(2)
                    server.signal(SIGTERM)
                    await _wait_until_refused(http, server.address)
                assert (await request)["data"]["createTracker"]["errors"] == []
                answer = json.loads(await socket.recv())
                assert (answer["type"], answer["payload"]["data"]["createTracker"]["errors"]) == ("next", [])
                assert json.loads(await socket.recv()) == {"type": "complete", "id": "1"}
                assert await wait_closed(socket) == GOING_AWAY
                smtp_server.may_reply.set()
                assert await asyncio.wait_for(server.process.wait(), 60) == 0
    assert await Tracker.all().count() == 3
    first = await Mail.all().order_by("created_at").first()
    assert first is not None
    assert (first.attempts, first.sent_at is None) == (1, False)
    assert "Traceback" not in server.log.read_text()


async def _wait_until_refused(http: httpx.AsyncClient, address: str) -> None:
    """Wait until the server refuses new connections."""
    async with asyncio.timeout(30):
        while True:
            try:
                await http.get(f"{address}/health/live", headers={"connection": "close"})
            except httpx.ConnectError:
                return
            except (httpx.ReadError, httpx.RemoteProtocolError):
                continue  # the system accepted the connection just before the server closed the socket
            await asyncio.sleep(0.02)
