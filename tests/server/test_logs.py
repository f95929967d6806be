"""No log shows a password, a token or what somebody entered, whatever they send."""

import json
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from models.database import fetch
from tests.server.running import Server, environment, running
from tests.server.staff import CREATE, PASSWORD, staff

MARK = "Zq9Marked"
"""Stands in everything that is sent, and so must stand in no log."""

DOCUMENTS = [
    f'mutation {{ signIn(input: {{email: "{MARK}@example.org", password: "{MARK}-password"}}) {{ errors {{ code }} }} }}',
    f'mutation {{ signIn(input: {{email: "{MARK}\\u0000", password: "{MARK}\\u0000"}}) {{ errors {{ code }} }} }}',
    f'mutation {{ refreshSession(refreshToken: "{MARK}") {{ errors {{ code }} }} }}',
    f'{{ learners(search: "{MARK}\\u0000") {{ nodes {{ id }} }} }}',
    f'{{ learners(after: "{MARK}") {{ nodes {{ id }} }} }}',
    f'{{ node(id: "{MARK}") {{ id }} }}',
    f'{{ trackerType(key: "{MARK}\\u0000") {{ id }} }}',
    f'{{ {MARK} "{MARK}',
    f'{{ trackerTypes(category: "{MARK}") {{ id }} }}',
    f'subscription {{ trackerAssigned(after: "{MARK}") {{ id }} }}',
]


def hostile_entries(good: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {**good, "description": MARK + "\x00"},
        {**good, "description": MARK + "\ud800"},
        {**good, "description": MARK * 100_000},
        {**good, "dueDate": MARK},
        {**good, "dueDate": "0000-01-01"},
        {**good, "idempotencyKey": MARK * 50},
        {**good, "idempotencyKey": MARK + "\x00"},
        {**good, "type": MARK + "\x00"},
        {**good, "learnerId": MARK},
        {**good, "values": [{"key": MARK + "\x00", "value": {"text": MARK}}]},
        {**good, "values": [{"key": "issue", "value": {"text": MARK + "\ud800"}}]},
        {**good, "values": [{"key": "issue", "value": {"decimal": "9" * 400}}]},
        {**good, "values": [{"key": "issue", "value": {"decimal": MARK}}]},
        {**good, "values": [{"key": "issue", "value": {"choices": [MARK]}}]},
        {**good, "description": MARK},
    ]


async def attack(server: Server, token: str, good: dict[str, Any]) -> None:
    address = f"{server.address}/graphql"
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        statuses = [
            (await client.post(address, content=json.dumps({"query": document}), headers=headers)).status_code
            for document in DOCUMENTS
        ]
        for entry in hostile_entries(good):
            body = json.dumps({"query": CREATE, "variables": {"input": entry}})
            statuses.append((await client.post(address, content=body, headers=headers)).status_code)
        for query in (f"{address}?query={{{MARK}}}", f"{server.address}/{MARK}?token={MARK}"):
            statuses.append(
                (await client.get(query, headers={"authorization": f"Bearer {MARK}.{MARK}.{MARK}"})).status_code
            )
        statuses.append((await client.post(address, content=MARK.encode() + b"\xff", headers=headers)).status_code)
    assert max(statuses) < 500, statuses
    socket = f"{address.replace('http', 'ws', 1)}?token={MARK}"
    async with connect(socket, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as connection:
        await connection.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {MARK}"}}))
        await connection.wait_closed()
        assert connection.close_code == 4403


async def test_logs_hold_no_value_after_hostile_input(database: str, folder: Path, postgres_log: Path) -> None:
    who = await staff()
    async with running(folder, environment(database)) as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        await attack(server, token, who.entry())
        assert await server.stop() == 0
        said = server.log.read_text() + postgres_log.read_text()
    assert MARK not in said
    assert token not in said
    assert PASSWORD not in said
    assert "Traceback" not in said


async def test_a_bug_is_logged_by_its_place_alone(database: str, folder: Path, postgres_log: Path) -> None:
    """A table taken away makes every request that needs it a bug."""
    who = await staff()
    async with running(folder, environment(database)) as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        await fetch("ALTER TABLE tracker_event RENAME TO gone")
        answer = await server.ask(CREATE, token, input=who.entry(description=MARK))
        await fetch("ALTER TABLE gone RENAME TO tracker_event")
        error = answer["errors"][0]
        assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert await server.stop() == 0
        said = server.log.read_text()
    assert error["extensions"]["requestId"] in said
    assert "UndefinedTableError" in said
    assert MARK not in said + postgres_log.read_text()
    assert error["message"] == "Something went wrong here; the request id names it in our log."
