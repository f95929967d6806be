"""Attacks without a session: trying names at every door, what is too large, and documents that are never the same twice."""

import itertools
import json
from typing import Any

import httpx
import pytest

from server.execution.cost.request_prices import document_price
from tests.support.clients.raw import message, open_raw_socket
from tests.support.scenarios.staff import PASSWORD
from tests.support.servers.attacked import Attacked

GRAPHQL = "application/graphql-response+json"
SIGN_IN_FIRST = {"errors": [{"message": "Sign in first.", "extensions": {"code": "UNAUTHENTICATED"}}]}
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken refreshToken } } }"
ROOT = ["{ NAME { id } }", "mutation { NAME(input: {}) { errors { code } } }", "subscription { NAME { id } }"]
PAIRS = [
    ("trackers", "nonsense"),
    ("createTracker", "nonsense"),
    ("trackerAssigned", "__nonsense"),
    ("__schema", "nonsense"),
]
"""A name that there is, and one that there is not."""
INCORRECT = [
    ("mutation ($input: SignInInput!) { signIn(input: $input) { errors { code } } }", {"input": {"mail": "a"}}),
    ("mutation { signIn(inputs: 5) { errors { code } } }", {}),
    ("mutation { signOut(refreshToken: 5) }", {}),
    ("mutation { signOut(refreshToken: \"x\") { nonsense } }", {}),
    ("mutation ($x: Tracker) { signOut(refreshToken: $x) }", {"x": "y"}),
]  # fmt: skip


def client(network: str, token: str | None = None, accept: str = GRAPHQL) -> httpx.AsyncClient:
    """Return a client whose connections come from an address of the loopback network."""
    transport = httpx.AsyncHTTPTransport(local_address=network)
    headers = {"accept": accept, "content-type": "application/json"}
    return httpx.AsyncClient(
        transport=transport, timeout=60, headers=headers | ({"authorization": f"Bearer {token}"} if token else {})
    )


async def ask_everywhere(attacked: Attacked, network: str, query: str, variables: Any) -> list[tuple[Any, ...]]:
    """Return what each door answers: POST for each media type, GET, event streams, and a WebSocket."""
    url = f"{attacked.server.address}/graphql"
    answers: list[tuple[Any, ...]] = []
    async with client(network) as http:
        body = {"query": query, "variables": variables}
        for accept in ("application/json", GRAPHQL, "text/event-stream"):
            response = await http.post(url, json=body, headers={"accept": accept})
            answers.append((response.status_code, response.headers["content-type"], response.content))
        parameters = {"query": query, "variables": json.dumps(variables)}
        response = await http.get(url, params=parameters)
        answers.append((response.status_code, response.headers["content-type"], response.content))
        response = await http.head(url, params=parameters)
        answers.append((response.status_code, response.headers["content-length"]))
    async with open_raw_socket(attacked.port, network) as socket:
        await socket.send(message(type="connection_init"))
        assert await socket.message() == {"type": "connection_ack"}
        await socket.send(message(type="subscribe", id="1", payload={"query": query, "variables": variables}))
        answers.append((await socket.message(),))
    return answers


@pytest.mark.parametrize("document", ROOT)
async def test_a_name_that_exists_answers_like_one_that_does_not(
    attacked: Attacked, network: str, document: str
) -> None:
    for pair in PAIRS:
        exists, does_not = [
            await ask_everywhere(attacked, network, document.replace("NAME", name), {}) for name in pair
        ]
        assert exists == does_not
        assert [answer[0] for answer in exists[:5]] == [200, 401, 200, 401, 401]
        assert json.loads(exists[0][2]) == json.loads(exists[1][2]) == SIGN_IN_FIRST
        assert exists[5][0] == {"type": "error", "id": "1", "payload": SIGN_IN_FIRST["errors"]}


async def test_what_is_selected_of_the_viewer_is_not_looked_at(attacked: Attacked, network: str) -> None:
    answers = [
        await ask_everywhere(attacked, network, "{ viewer { NAME { id } } }".replace("NAME", name), {"x": 1})
        for name in ("member", "unheard")
    ]
    assert [answer[0] for answer in answers[0][:5]] == [200, 294, 200, 294, 294]
    assert json.loads(answers[0][0][2])["data"] == {"viewer": None}
    assert answers[0] == answers[1]


async def test_whatever_is_not_correct_gets_one_sentence(attacked: Attacked, network: str) -> None:
    answers = [await ask_everywhere(attacked, network, query, variables) for query, variables in INCORRECT]
    assert all(answer == answers[0] for answer in answers)
    (error,) = json.loads(answers[0][0][2])["errors"]
    assert error.keys() == {"message", "extensions"}
    assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}


async def test_what_is_too_large_asks_for_a_session(attacked: Attacked, network: str) -> None:
    """A client whose session has ended meanwhile must renew it, and not give up."""
    url, credentials = f"{attacked.server.address}/graphql", {"email": "bob@example.org", "password": PASSWORD}
    async with client(network) as http:
        response = await http.post(url, json={"query": SIGN_IN, "variables": {"input": credentials}})
        session = response.json()["data"]["signIn"]["session"]
        sign_out = "mutation ($token: String!) { signOut(refreshToken: $token) }"
        await http.post(url, json={"query": sign_out, "variables": {"token": session["refreshToken"]}})
    for token in (None, "nonsense", session["accessToken"]):
        async with client(network, token) as http:
            for size, status in ((16_384, 200), (16_385, 401), (200_000, 401)):
                body = b'{"query":"{__typename}","extensions":{"x":"'
                response = await http.post(url, content=body + b"x" * (size - len(body) - 3) + b'"}}')
                assert response.status_code == status
            for size, status in ((4_096, 200), (4_097, 401)):
                response = await http.post(url, json={"query": "{ __typename } #".ljust(size, "x")})
                assert (response.status_code, response.json() == SIGN_IN_FIRST) == (status, status == 401)


async def test_documents_that_are_never_the_same_cost_their_network_its_budget(
    attacked: Attacked, network: str
) -> None:
    """Once it is spent, a refusal costs a fraction of what a document costs; members at the same address do not notice."""
    url, numbers = f"{attacked.server.address}/graphql", itertools.count(100_000)

    def document() -> dict[str, str]:
        return {"query": f"{{ a{next(numbers)}: __typename {' '.join(f'b{n}: __typename' for n in range(180))} }}"}

    token = await attacked.token()
    async with client(network) as http, client(network, token) as member:
        before, statuses = attacked.cpu_seconds(), list[int]()
        while 429 not in statuses:
            statuses.append((await http.post(url, json=document())).status_code)
        cost_of_one = (attacked.cpu_seconds() - before) / len(statuses)
        assert len(statuses) < 2 * 1_000_000 / document_price(len(document()["query"]))
        before = attacked.cpu_seconds()
        refused = [await http.post(url, json=document()) for _ in range(100)]
        cost_of_refusal = (attacked.cpu_seconds() - before) / 100
        refusals = [response for response in refused if response.status_code == 429]
        assert len(refusals) >= 90
        assert {*refusals[0].json()["errors"][0]["extensions"]} == {"code", "retryAfter", "requested", "left"}
        assert refusals[0].headers["retry-after"].isdigit()
        assert cost_of_refusal < cost_of_one / 2
        response = await member.post(url, json={"query": "{ viewer { id } }"})
        assert response.status_code == 200
