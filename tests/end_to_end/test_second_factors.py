"""Second factors through a running server: what is closed to a member who must add one, on every way in."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx

from models import Factor, MemberKind
from tests.support.clients.signing_in import authenticator
from tests.support.clients.signing_in.factors import (
    ADD_PASSKEY,
    ADD_TOTP,
    BEGIN_PASSKEY,
    BEGIN_SIGN_IN,
    BEGIN_TOTP,
    REQUIRE,
    SIGN_IN,
    SIGN_IN_WITH_PASSKEY,
    current_code,
    forget_steps,
)
from tests.support.clients.websocket import open_socket, wait_closed
from tests.support.scenarios.second_factors import attempts_within
from tests.support.scenarios.staff import PASSWORD, make_staff
from tests.support.servers.trackers import Server, environment, run_command, run_server

FILE_URL = """
query ($id: ID!) { node(id: $id) { ... on File { url } } }
"""
MEMBERS = "{ members { nodes { name } } }"
LISTEN = "subscription { notificationReceived { cursor } }"


def codes(answer: dict[str, Any]) -> list[str]:
    """Return the codes of the top-level errors of an answer."""
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


async def payload_of(server: Server, document: str, token: str | None = None, **variables: Any) -> Any:
    """Execute a document with one root field, and return the payload of it, which must have no errors."""
    answer = await server.ask(document, token, **variables)
    ((_, payload),) = answer["data"].items()
    assert payload["errors"] == [], payload
    return payload


async def over_http(server: Server, token: str) -> dict[str, Any]:
    """Return what a query, a stream, an upload and a socket answer with a token, by name."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=server.address, headers=headers, timeout=30, trust_env=False) as client:
        strict = {"accept": "application/graphql-response+json"}
        query = await client.post("/graphql", json={"query": MEMBERS}, headers=strict)
        stream = await client.post("/graphql", json={"query": LISTEN}, headers={"accept": "text/event-stream"})
        file = {"file": ("slip.png", b"\x89PNG\r\n\x1a\n", "image/png")}
        upload = await client.post("/files?type=JOB&field=evidence", files=file)
    async with open_socket(server, token) as socket:
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": LISTEN}}))
        message = json.loads(await socket.recv())
    return {
        "query": (query.status_code, codes(query.json())),
        "stream": "FACTOR_REQUIRED" in stream.text,
        "upload": (upload.status_code, codes(upload.json())),
        "socket": "FACTOR_REQUIRED" in json.dumps(message),
    }


async def upload_file(server: Server, token: str) -> str:
    """Upload a file, and return its id."""
    async with httpx.AsyncClient(base_url=server.address, timeout=30, trust_env=False) as client:
        response = await client.post(
            "/files?type=JOB&field=evidence",
            files={"file": ("slip.png", b"\x89PNG\r\n\x1a\n", "image/png")},
            headers={"authorization": f"Bearer {token}"},
        )
    file_id: str = response.json()["id"]
    return file_id


async def status_of(url: str) -> int:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        return (await client.get(url)).status_code


async def test_a_demand_closes_every_way_in_until_a_factor_is_added(database: str, folder: Path) -> None:
    staff = await make_staff()
    assert staff.bob.kind == MemberKind.ADMINISTRATOR
    async with run_server(folder, environment(database)) as server:
        origin = server.address.replace("127.0.0.1", "localhost")
        ada, bob = [await server.sign_in(f"{name}@example.org", PASSWORD) for name in ("ada", "bob")]
        file = await upload_file(server, bob)
        url = (await server.ask(FILE_URL, bob, id=file))["data"]["node"]["url"]
        assert await status_of(url) == 200
        secret = (await payload_of(server, BEGIN_TOTP, ada))["secret"]
        await payload_of(server, ADD_TOTP, ada, input={"code": current_code(secret), "name": "Phone"})
        async with (
            open_socket(server, bob) as idle,
            server.subscribe(bob, "notificationReceived") as subscribed,
            open_socket(server, ada) as others,
        ):
            await payload_of(server, REQUIRE, ada, input={"everyone": True})
            close = (4403, "The session has ended.")
            assert [await wait_closed(socket) for socket in (idle, subscribed.connection)] == [close] * 2
            await others.send(json.dumps({"type": "ping"}))
            assert json.loads(await others.recv()) == {"type": "pong"}
        closed = (294, ["FACTOR_REQUIRED"])
        refused = {"query": closed, "stream": True, "upload": (403, ["FACTOR_REQUIRED"]), "socket": True}
        assert await over_http(server, bob) == refused
        assert await status_of(url) == 403

        options = (await payload_of(server, BEGIN_PASSKEY, bob))["options"]
        passkey, credential = authenticator.create(options, origin)
        await payload_of(server, ADD_PASSKEY, bob, input={"credential": credential, "name": "Laptop"})
        assert (await server.ask(MEMBERS, bob))["data"]["members"]["nodes"] == [{"name": "Ada"}, {"name": "Bob"}]
        assert await status_of(url) == 200
        async with server.subscribe(bob, "notificationReceived"):
            pass

        options = (await payload_of(server, BEGIN_SIGN_IN))["options"]
        used = authenticator.use(passkey, options, origin)
        attempts = [server.ask(SIGN_IN_WITH_PASSKEY, input={"credential": used}) for _ in range(5)]
        payloads = [answer["data"]["signInWithPasskey"] for answer in await asyncio.gather(*attempts)]
        assert sorted(payload["session"] is None for payload in payloads) == [False, True, True, True, True]
        assert await server.stop() == 0
        log = server.log.read_text()
    assert [text for text in (secret, credential, used, options) if text in log] == []


async def test_guesses_from_many_networks_are_slowed_down_together(database: str, folder: Path) -> None:
    """Whoever knows the password cannot try codes at once, from two servers, or from other addresses."""
    await make_staff()
    env = environment(database, TRACKERS_TRUSTED_PROXIES="127.0.0.1")
    async with run_server(folder, env) as first, run_server(folder, env) as second:
        token = await first.sign_in("ada@example.org", PASSWORD)
        secret = (await payload_of(first, BEGIN_TOTP, token))["secret"]
        await payload_of(first, ADD_TOTP, token, input={"code": current_code(secret), "name": "Phone"})
        await forget_steps()

        async def guess(number: int) -> str:
            entry = {"email": "ada@example.org", "password": PASSWORD, "code": f"{number:06}"}
            body = {"query": SIGN_IN, "variables": {"input": entry}}
            server, headers = (first, second)[number % 2], {"x-forwarded-for": f"198.51.100.{number}"}
            async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
                answer = (await client.post(f"{server.address}/graphql", json=body, headers=headers)).json()
            return str(answer["data"]["signIn"]["errors"][0]["code"])

        started_at = time.monotonic()
        outcomes = await asyncio.gather(*(guess(number) for number in range(16)))
        elapsed = time.monotonic() - started_at
    assert set(outcomes) == {"INVALID_CREDENTIALS", "RATE_LIMITED"}
    assert 5 <= outcomes.count("INVALID_CREDENTIALS") <= attempts_within(elapsed)


async def test_the_operator_removes_lost_factors(database: str, folder: Path) -> None:
    staff = await make_staff()
    env = environment(database)
    async with run_server(folder, env) as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        secret = (await payload_of(server, BEGIN_TOTP, token))["secret"]
        await payload_of(server, ADD_TOTP, token, input={"code": current_code(secret), "name": "Phone"})
        arguments = ("--organisation", staff.organisation.name, "--email", "ada@example.org")
        async with open_socket(server, token) as socket:
            done = await run_command(folder, env, "remove-factors", *arguments)
            assert done == (0, "Ada has no second factor, and signs in with the password alone.\n", "")
            assert await wait_closed(socket) == (4403, "The session has ended.")
        assert await server.sign_in("ada@example.org", PASSWORD)
    assert await Factor.all().count() == 0
