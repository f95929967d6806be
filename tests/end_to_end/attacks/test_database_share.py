"""Many slow statements of one member: they take that member's share of the database's connections, and nobody else's."""

import asyncio

import asyncpg

from server.setting_values import database_credentials
from tests.support.scenarios.staff import CREATE, PASSWORD
from tests.support.servers.attacked import Attacked

UPDATE = """
mutation ($id: ID!, $text: String) {
  updateTracker(input: {id: $id, version: 1, description: $text}) { tracker { version } errors { code } }
}
"""
WAITING = "SELECT pg_stat_clear_snapshot(), count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
PAGE = "{ trackers { nodes { number } } learners { nodes { name } } viewer { member { name } } }"
FLOOD, SHARE = 24, 6


async def test_a_flood_of_slow_statements_makes_nobody_else_wait(attacked: Attacked) -> None:
    server, (ada, bob) = attacked.server, [await attacked.token(name) for name in ("ada", "bob")]
    created = await server.ask(CREATE, ada, input=attacked.staff.tracker_input())
    tracker = created["data"]["createTracker"]["tracker"]
    connection = await asyncpg.connect(**database_credentials(server.database_url))
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM tracker WHERE number = $1 FOR UPDATE", tracker["number"])
            flood = [
                asyncio.create_task(server.ask(UPDATE, ada, id=tracker["id"], text=str(number)))
                for number in range(FLOOD)
            ]
            async with asyncio.timeout(20):
                while await connection.fetchval(WAITING, column=1) < SHARE:
                    await asyncio.sleep(0.01)
            # The lock is held until these are answered, so that they wait for none of the flood's statements.
            answers = await asyncio.gather(*(server.ask(PAGE, bob) for _ in range(30)))
            assert {answer["data"]["viewer"]["member"]["name"] for answer in answers} == {"Bob"}
            assert await attacked.server.sign_in("bob@example.org", PASSWORD)
            assert await connection.fetchval(WAITING, column=1) == SHARE
            assert not any(task.done() for task in flood)
    finally:
        await connection.close()
    payloads = [(await task)["data"]["updateTracker"] for task in flood]
    assert sorted(len(payload["errors"]) for payload in payloads) == [0] + [1] * (FLOOD - 1)
