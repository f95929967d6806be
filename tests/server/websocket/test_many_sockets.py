"""Test that every one of 500 sockets receives each event once, in order and whole, and is closed with its session."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection

from models.database import transaction
from services.accounts.sessions.ending import end_sessions
from tests.support.clients.websocket import open_socket, subscribe, wait_closed
from tests.support.scenarios.staff import CREATE, PASSWORD, make_staff
from tests.support.servers.trackers import environment, run_server

pytestmark = pytest.mark.server

SOCKETS = 500
DOCUMENTS = (
    "subscription { notificationReceived { cursor kind tracker { number assignee { name } } } }",
    "subscription { trackerAssigned { cursor ...N } } fragment N on Notification { text }",
    'subscription { notificationReceived(after: "0") { cursor tracker { description } } }',
)
DESCRIPTION = 'Größe "x"\n\u2028' * 700 + "end"  # longer than what is copied into one buffer


def identifier(number: int) -> str:
    return f'"{number} é\\' + "x" * (number % 200)


def expected(number: int, cursor: int) -> dict[str, object]:
    notification: dict[str, object] = {"cursor": str(cursor)}
    match number % 3:
        case 0:
            notification |= {"kind": "ASSIGNED", "tracker": {"number": cursor, "assignee": {"name": "Bob"}}}
        case 1:
            notification["text"] = f"Ada assigned Compliance tracker {cursor} to you."
        case 2:
            notification["tracker"] = {"description": DESCRIPTION}
    field = "trackerAssigned" if number % 3 == 1 else "notificationReceived"
    return {"type": "next", "id": identifier(number), "payload": {"data": {field: notification}}}


async def test_500_sockets_receive_each_event_once(database: str, folder: Path) -> None:
    members = await make_staff()
    env = environment(database, TRACKERS_SOCKETS_PER_MEMBER="1000", TRACKERS_SOCKETS_PER_ADDRESS="1000")
    async with run_server(folder, env) as server, AsyncExitStack() as stack:
        ada, *sessions = [await server.sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob", "bob")]
        sockets: list[ClientConnection] = []
        for number in range(SOCKETS):
            socket = await stack.enter_async_context(open_socket(server, sessions[number % 2]))
            await socket.send(json.dumps(subscribe(DOCUMENTS[number % 3], identifier(number))))
            # Answered once the subscription has been read; it is open before the next one's token has been checked.
            await socket.send('{"type": "ping"}')
            assert json.loads(await socket.recv()) == {"type": "pong"}
            sockets.append(socket)
        await asyncio.sleep(1)
        for _ in range(3):
            answer = await server.ask(CREATE, ada, input=members.tracker_input(description=DESCRIPTION))
            assert answer["data"]["createTracker"]["errors"] == []
        async with asyncio.timeout(60):
            for number, socket in enumerate(sockets):
                received = [json.loads(await socket.recv()) for _ in range(3)]
                assert received == [expected(number, cursor) for cursor in (1, 2, 3)]
        async with transaction():
            await end_sessions(members.bob.id)
        closed = await asyncio.gather(*(wait_closed(socket) for socket in sockets))
        assert set(closed) == {(4403, "The session has ended.")}
        assert await server.ask("{ __typename }") == {"data": {"__typename": "Query"}}
    assert "Traceback" not in server.log.read_text()
