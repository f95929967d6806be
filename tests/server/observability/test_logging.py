"""Tests of the fields in log lines, and that logs contain no passwords, tokens or user input."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from models.database import fetch
from tests.support.scenarios.staff import CREATE, PASSWORD, make_staff
from tests.support.servers.log_lines import read_lines, wait_for_lines
from tests.support.servers.trackers import Server, environment, run_server

pytestmark = pytest.mark.server

MARKER = "Zq9Marked"
"""A part of every value that is sent, which must not appear in any log."""

DOCUMENTS = [
    f'mutation {{ signIn(input: {{email: "{MARKER}@example.org", password: "{MARKER}-password"}}) {{ errors {{ code }} }} }}',
    f'mutation {{ signIn(input: {{email: "{MARKER}\\u0000", password: "{MARKER}\\u0000"}}) {{ errors {{ code }} }} }}',
    f'mutation {{ refreshSession(refreshToken: "{MARKER}") {{ errors {{ code }} }} }}',
    f'{{ learners(search: "{MARKER}\\u0000") {{ nodes {{ id }} }} }}',
    f'{{ learners(after: "{MARKER}") {{ nodes {{ id }} }} }}',
    f'{{ node(id: "{MARKER}") {{ id }} }}',
    f'{{ trackerType(key: "{MARKER}\\u0000") {{ id }} }}',
    f'{{ {MARKER} "{MARKER}',
    f'{{ trackerTypes(category: "{MARKER}") {{ id }} }}',
    f'subscription {{ trackerAssigned(after: "{MARKER}") {{ id }} }}',
    f"query {MARKER} {{ {MARKER}: viewer {{ {MARKER}: id }} }}",
    f"{{ {MARKER} }}",
]


def hostile_entries(valid_entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {**valid_entry, "description": MARKER + "\x00"},
        {**valid_entry, "description": MARKER + "\ud800"},
        {**valid_entry, "description": MARKER * 100_000},
        {**valid_entry, "dueDate": MARKER},
        {**valid_entry, "dueDate": "0000-01-01"},
        {**valid_entry, "idempotencyKey": MARKER * 50},
        {**valid_entry, "idempotencyKey": MARKER + "\x00"},
        {**valid_entry, "type": MARKER + "\x00"},
        {**valid_entry, "learnerId": MARKER},
        {**valid_entry, "values": [{"key": MARKER + "\x00", "value": {"text": MARKER}}]},
        {**valid_entry, "values": [{"key": "issue", "value": {"text": MARKER + "\ud800"}}]},
        {**valid_entry, "values": [{"key": "issue", "value": {"decimal": "9" * 400}}]},
        {**valid_entry, "values": [{"key": "issue", "value": {"decimal": MARKER}}]},
        {**valid_entry, "values": [{"key": "issue", "value": {"choices": [MARKER]}}]},
        {**valid_entry, "description": MARKER},
    ]


async def send_hostile_requests(server: Server, token: str, valid_entry: dict[str, Any]) -> None:
    address = f"{server.address}/graphql"
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        statuses = [
            (await client.post(address, content=json.dumps({"query": document}), headers=headers)).status_code
            for document in DOCUMENTS
        ]
        for entry in hostile_entries(valid_entry):
            body = json.dumps({"query": CREATE, "variables": {"input": entry}})
            statuses.append((await client.post(address, content=body, headers=headers)).status_code)
        marked_headers = {
            "authorization": f"Bearer {MARKER}.{MARKER}.{MARKER}",
            "x-request-id": MARKER,
            "user-agent": MARKER,
        }
        paths = (f"graphql?query={{{MARKER}}}", f"{MARKER}?token={MARKER}", f"files/{MARKER}", f"trackers/{MARKER}")
        for path in paths:
            statuses.append((await client.get(f"{server.address}/{path}", headers=marked_headers)).status_code)
        statuses.append((await client.request(MARKER, address)).status_code)
        statuses.append((await client.post(address, content=MARKER.encode() + b"\xff", headers=headers)).status_code)
    assert max(statuses) < 500, statuses
    socket = f"{address.replace('http', 'ws', 1)}?token={MARKER}"
    async with connect(socket, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as connection:
        await connection.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {MARKER}"}}))
        await connection.wait_closed()
        assert connection.close_code == 4403


async def test_log_holds_no_value_of_hostile_input(database: str, folder: Path, postgres_log: Path) -> None:
    members = await make_staff()
    async with run_server(folder, environment(database)) as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        await send_hostile_requests(server, token, members.tracker_input())
        assert await server.stop() == 0
        log = server.log.read_text() + postgres_log.read_text()
        requests = [line for line in read_lines(server.log) if line["event"] == "request"]
    # The other six are a sign-in, four paths and a body that is not JSON; an invalid HTTP method is not logged.
    assert len(requests) == len(DOCUMENTS) + len(hostile_entries({})) + 6
    assert MARKER not in log
    assert token not in log
    assert PASSWORD not in log
    assert "Traceback" not in log


async def test_internal_error_is_logged_without_its_message(database: str, folder: Path, postgres_log: Path) -> None:
    """Rename a table, so that every request that needs it fails."""
    members = await make_staff()
    async with run_server(folder, environment(database)) as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        await fetch("ALTER TABLE tracker_event RENAME TO gone")
        body = {"query": CREATE, "variables": {"input": members.tracker_input(description=MARKER)}}
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            headers = {"authorization": f"Bearer {token}"}
            response = await client.post(f"{server.address}/graphql", json=body, headers=headers)
        await fetch("ALTER TABLE gone RENAME TO tracker_event")
        error = response.json()["errors"][0]
        assert await server.stop() == 0
        log = server.log.read_text()
    request_id = response.headers["x-request-id"]
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    error_line, request_line = [line for line in read_lines(server.log) if line.get("request_id") == request_id]
    assert error_line["event"].startswith(f"request {request_id}: ")
    assert "UndefinedTableError" in error_line["event"]
    assert (request_line["fields"], request_line["errors"]) == (["createTracker"], ["INTERNAL_SERVER_ERROR"])
    assert MARKER not in log + postgres_log.read_text()
    assert error["message"] == "Internal server error: find it in the server's log by its request id."


def stable_fields(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line's fields without those that differ between runs."""
    assert {"timestamp", "milliseconds", "request_id"} <= line.keys()
    return {name: value for name, value in line.items() if name not in ("timestamp", "milliseconds", "request_id")}


async def test_lines_of_requests_and_operations(database: str, folder: Path) -> None:
    members = await make_staff()
    ada = str(members.ada.id)
    async with run_server(folder, environment(database)) as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        await server.ask("{ viewer { id } __typename ...More } fragment More on Query { me: viewer { id } }", token)
        await server.ask("{ none }", token)
        async with httpx.AsyncClient(base_url=server.address, timeout=30, trust_env=False) as client:
            for method, path in (
                ("GET", "/trackers/one"),
                ("PUT", "/graphql"),
                ("DELETE", "/none"),
                ("GET", "/files/a"),
            ):
                await client.request(method, path)
            for path in ("/health/live", "/health/ready", "/metrics"):
                await client.get(path)
        async with server.subscribe(token, "trackerAssigned") as subscription:
            ask = {"query": "{ viewer { id } }"}
            await subscription.connection.send(json.dumps({"type": "subscribe", "id": "2", "payload": ask}))
            await subscription.connection.recv()
        wait_for_lines(server.log, operation="subscription")
        assert await server.stop() == 0
    request_line_fields = {"level": "info", "logger": "trackers.requests", "event": "request"}
    post = {**request_line_fields, "method": "POST", "route": "/graphql", "status": 200}
    socket = {"level": "info", "logger": "trackers.operations", "event": "operation"}
    lines = [line for line in read_lines(server.log) if line["logger"] in ("trackers.requests", "trackers.operations")]
    assert [stable_fields(line) for line in lines] == [
        {**post, "operation": "mutation", "fields": ["signIn"], "member_id": ada},
        {**post, "operation": "query", "fields": ["viewer", "__typename"], "member_id": ada},
        {**post, "errors": ["GRAPHQL_VALIDATION_FAILED"]},
        {**request_line_fields, "method": "GET", "route": "/trackers/{id}", "status": 200},
        {
            **request_line_fields,
            "method": "other",
            "route": "/graphql",
            "status": 405,
            "errors": ["METHOD_NOT_ALLOWED"],
        },
        {**request_line_fields, "method": "other", "route": "other", "status": 404, "errors": ["NOT_FOUND"]},
        {
            **request_line_fields,
            "method": "GET",
            "route": "/files/{address:path}",
            "status": 404,
            "errors": ["NOT_FOUND"],
        },
        {**socket, "operation": "query", "fields": ["viewer"], "member_id": ada},
        {**socket, "operation": "subscription", "fields": ["trackerAssigned"], "member_id": ada},
    ]


LOGGING_SCRIPT = """
import logging
from server.observability.logging import configure_logging
configure_logging()
logging.getLogger("asyncio").error("Task exception was never retrieved\\nfuture: <Task exception='hunter2'>")
try:
    raise ValueError("hunter2")
except ValueError:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application\\n")
logging.getLogger("uvicorn.error").info("hunter2")
logging.getLogger("tortoise.db_client").info("hunter2")
logging.getLogger("trackers.mail").info("mail %s sent", 7, extra={"request_id": "an-id", "password": "hunter2"})
"""


def run_logging_script(stderr: int) -> None:
    subprocess.run([sys.executable, "-c", LOGGING_SCRIPT], stderr=stderr, check=True, timeout=60)


def test_messages_of_libraries_are_shortened(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        run_logging_script(log.fileno())
    task, bug, mail = read_lines(tmp_path / "log")
    for line in (task, bug, mail):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("timestamp"))
    assert task == {"event": "Task exception was never retrieved", "level": "error", "logger": "asyncio"}
    frames = bug.pop("exception").splitlines()
    assert frames == ["builtins.ValueError", "  <string>:7 <module>"]
    assert bug == {"event": "Exception in ASGI application", "level": "error", "logger": "uvicorn.error"}
    assert mail == {"event": "mail 7 sent", "level": "info", "logger": "trackers.mail", "request_id": "an-id"}


def test_readable_lines_in_a_terminal() -> None:
    reader, terminal = os.openpty()
    try:
        run_logging_script(terminal)
        os.close(terminal)
        text = re.sub(r"\x1b\[[0-9;]*m", "", os.read(reader, 65_536).decode())
    finally:
        os.close(reader)
    assert re.search(r"\[info +\] mail 7 sent +\[trackers\.mail\] request_id=an-id", text)
    assert "builtins.ValueError" in text
    assert "hunter2" not in text
