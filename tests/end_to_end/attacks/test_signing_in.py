"""Guessing passwords: an office with typing errors works on, nobody locks a known account, and guesses make nobody wait."""

import asyncio
import itertools
import json
from typing import Any

import httpx

from tests.support.clients.websocket import open_socket, wait_closed
from tests.support.scenarios.staff import PASSWORD
from tests.support.servers.attacked import Attacked

SIGN_IN = """
mutation ($input: SignInInput!) {
  signIn(input: $input) { session { accessToken deviceToken } errors { path code parameters { name value } } }
}
"""
SESSIONS = "{ viewer { sessions { id isCurrent } } }"
END = "mutation ($id: ID!) { endSession(input: {id: $id}) { errors { code } } }"
_guesses = itertools.count()


class Office:
    """Somebody who signs in from an address of their own."""

    def __init__(self, attacked: Attacked, address: str) -> None:
        transport = httpx.AsyncHTTPTransport(local_address=address, limits=httpx.Limits(max_connections=40))
        self._client = httpx.AsyncClient(transport=transport, timeout=60)
        self._url = f"http://127.0.0.1:{attacked.port}/graphql"

    async def __aenter__(self) -> "Office":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def sign_in(self, email: str, password: str, **entry: str | None) -> Any:
        """Sign in; return the session or the code of the error."""
        variables = {"input": {"email": email, "password": password, **entry}}
        response = await self._client.post(self._url, json={"query": SIGN_IN, "variables": variables})
        answer = response.json()
        if "errors" in answer:
            return answer["errors"][0]["extensions"]["code"]
        payload = answer["data"]["signIn"]
        return payload["session"] or payload["errors"][0]["code"]

    async def guess(self, email: str) -> Any:
        """Guess a password."""
        return await self.sign_in(email, f"guess number {next(_guesses)}")


async def test_an_office_behind_one_address_works_on_after_five_typing_errors(attacked: Attacked, network: str) -> None:
    async with Office(attacked, network) as office:
        assert [await office.guess("bob@example.org") for _ in range(5)] == ["INVALID_CREDENTIALS"] * 5
        for email in ("ada@example.org", "bob@example.org"):
            assert "accessToken" in await office.sign_in(email, PASSWORD)


async def test_seven_correct_sign_ins_at_once_are_seven_sessions(attacked: Attacked, network: str) -> None:
    async with Office(attacked, network) as office:
        sessions = await asyncio.gather(*(office.sign_in("bob@example.org", PASSWORD) for _ in range(7)))
    assert len({session["accessToken"] for session in sessions}) == 7


async def test_nobody_locks_a_known_account(attacked: Attacked, network: str) -> None:
    async with Office(attacked, network) as office:
        device = (await office.sign_in("ada@example.org", PASSWORD))["deviceToken"]
        codes = [await office.guess("ada@example.org") for _ in range(9)]
        assert codes[-1] == "RATE_LIMITED"
        assert await office.sign_in("ada@example.org", PASSWORD) == "RATE_LIMITED", "on a device that is not known"
        known = await office.sign_in("ada@example.org", PASSWORD, deviceToken=device)
        assert known["deviceToken"] == device


async def test_400_guesses_from_one_network_make_a_member_wait_for_few_of_them(
    attacked: Attacked, network: str
) -> None:
    """The guesses that are answered between a member's request and answer say how many the member has waited for."""
    answered = 0

    async def guess(attacker: Office, number: int) -> None:
        nonlocal answered
        code = await attacker.guess(f"member{number}@example.org")
        assert code in ("INVALID_CREDENTIALS", "RATE_LIMITED")
        answered += code == "INVALID_CREDENTIALS"

    other_network = network.replace("127.10.", "127.11.")
    async with Office(attacked, network) as attacker, Office(attacked, other_network) as office:
        flood = [asyncio.create_task(guess(attacker, number)) for number in range(400)]
        while answered < 4:
            await asyncio.sleep(0.01)
        before = answered
        assert "accessToken" in await office.sign_in("bob@example.org", PASSWORD)
        waited_for = answered - before
        await asyncio.gather(*flood)
    assert waited_for <= 12


async def test_a_session_that_is_ended_elsewhere_closes_its_sockets(attacked: Attacked, network: str) -> None:
    server = attacked.server
    async with Office(attacked, network) as office:
        stolen, own = [(await office.sign_in("bob@example.org", PASSWORD))["accessToken"] for _ in range(2)]
    listed = (await server.ask(SESSIONS, own))["data"]["viewer"]["sessions"]
    (other,) = [session["id"] for session in listed if not session["isCurrent"]][:1]
    async with open_socket(server, stolen) as lost, open_socket(server, own) as kept:
        assert (await server.ask(END, own, id=other))["data"]["endSession"]["errors"] == []
        assert await wait_closed(lost) == (4403, "The session has ended.")
        await kept.send(json.dumps({"type": "ping"}))
        assert json.loads(await kept.recv()) == {"type": "pong"}
    assert (await server.ask(SESSIONS, stolen))["data"] == {"viewer": None}
