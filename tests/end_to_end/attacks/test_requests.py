"""Attacks with HTTP requests: bodies and heads that never end, many behind one another, and health checks in a loop."""

from contextlib import AsyncExitStack

from tests.support.clients.raw import connect, post
from tests.support.servers.attacked import Attacked

MEGABYTE = 1_048_576
HEAD = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
GET = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"


async def test_bodies_that_never_end(attacked: Attacked, network: str) -> None:
    """What strangers send of a body that is longer than theirs may be is not kept, and their connections are closed."""
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(connect(attacked.port, network)) for _ in range(100)]
        memory_before = attacked.memory_bytes()
        for connection in connections:
            connection.writer.write(HEAD + b"Content-Length: 1048576\r\n\r\n" + b"x" * 1_000_000)
        statuses = {(await connection.response())[0] for connection in connections}
        assert statuses <= {200, 401, 408}
        for connection in connections:
            await connection.wait_dropped(10)
        assert attacked.memory_bytes() - memory_before < 30 * MEGABYTE


async def test_bodies_of_members_that_never_end_are_bounded_together(attacked: Attacked, network: str) -> None:
    token = (await attacked.token()).encode()
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(connect(attacked.port, network)) for _ in range(60)]
        memory_before = attacked.memory_bytes()
        head = HEAD + b"Authorization: Bearer " + token + b"\r\nContent-Length: 1048576\r\n\r\n"
        for connection in connections:
            await connection.send(head + b" " * 900_000)
        assert (await connections[0].response())[0] == 408
        assert attacked.memory_bytes() - memory_before < 40 * MEGABYTE


async def test_heads_that_never_end_are_bounded_together(attacked: Attacked, network: str) -> None:
    """Headers are counted by their number too, because the shortest takes a hundred bytes of memory."""
    async with connect(attacked.port, network) as connection:
        await connection.send(b"GET /graphql HTTP/1.1\r\nHost: a\r\n" + b"a:\r\n" * 250)
        status, body = await connection.response()
        assert (status, b"CONTENT_TOO_LARGE" in body) == (431, True)
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(connect(attacked.port, network)) for _ in range(250)]
        memory_before = attacked.memory_bytes()
        for connection in connections:
            await connection.send(b"GET /graphql HTTP/1.1\r\nHost: a\r\n" + (b"a: " + b"x" * 1_000 + b"\r\n") * 120)
        assert (await connections[0].response())[0] == 408
        assert attacked.memory_bytes() - memory_before < 40 * MEGABYTE


async def test_requests_behind_one_another_are_parsed_one_by_one(attacked: Attacked, network: str) -> None:
    """Thousands of them arrive at once; each is parsed when the one before has been answered, in its turn."""
    async with connect(attacked.port, network) as connection:
        memory_before = attacked.memory_bytes()
        connection.writer.write(GET * 20_000)
        for _ in range(500):
            assert await connection.response() == (200, b"live\n")
        assert attacked.memory_bytes() - memory_before < 10 * MEGABYTE


async def test_readiness_costs_no_more_than_liveness(attacked: Attacked, network: str) -> None:
    """Whoever asks, the database is asked once a second at most."""
    cpu = {}
    for line in (b"live", b"ready"):
        before = attacked.cpu_seconds()
        async with connect(attacked.port, network) as connection:
            for _ in range(300):
                await connection.send(b"GET /health/" + line + b" HTTP/1.1\r\nHost: a\r\n\r\n")
                assert await connection.response() == (200, line + b"\n")
        cpu[line] = attacked.cpu_seconds() - before
    assert cpu[b"ready"] < 3 * cpu[b"live"] + 0.1


async def test_a_body_within_the_limit_of_strangers_is_read(attacked: Attacked, network: str) -> None:
    async with connect(attacked.port, network) as connection:
        body = b'{"query": "{ __typename }"}'.ljust(16_384)
        await connection.send(post(body))
        assert await connection.response() == (200, b'{"data":{"__typename":"Query"}}')
