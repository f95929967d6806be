"""Attacks of a member with documents and variables: refused ones that take long, and those that push out others'."""

from typing import Any

import httpx

from tests.end_to_end.attacks.test_without_a_session import client
from tests.support.servers.attacked import Attacked

LIST = "query ($f: TrackerFilter) { trackers(filter: $f) { totalCount } }"
VALIDATE = """
query ($v: [FieldValueInput!]!) { validateTracker(input: {type: "x", learnerId: "x", values: $v}) { code } }
"""
REFUSED: dict[str, dict[str, Any]] = {
    "340,000 empty lists": {"query": LIST, "variables": {"x": [[]] * 340_000}},
    "empty lists in a filter": {"query": LIST, "variables": {"f": {"status": [[]] * 9_000}}},
    "9,000 unknown input fields": {"query": LIST, "variables": {"f": {f"k{number}": 1 for number in range(9_000)}}},
    "2,900 unknown values": {"query": VALIDATE, "variables": {"v": [{"kay": "a", "teext": "b"}] * 990}},
    "2,000 unknown fields of a literal": {
        "query": "{ trackers(filter: {" + " ".join(f"x{number}: 1" for number in range(2_000)) + "}) { totalCount } }"
    },
}
ORDINARY = 1_000
"""With so many ordinary requests a refused one is compared."""


async def test_what_is_refused_costs_little(attacked: Attacked, network: str) -> None:
    url = f"{attacked.server.address}/graphql"
    async with client(network, await attacked.token()) as http:
        before = attacked.cpu_seconds()
        for _ in range(ORDINARY // 5):
            await http.post(url, json={"query": "{ viewer { id } }"})
        ordinary = (attacked.cpu_seconds() - before) * 5
        for name, body in REFUSED.items():
            before = attacked.cpu_seconds()
            for number in range(3):
                response = await http.post(url, json={**body, "query": f"{body['query']} # {number}"})
                assert "errors" in response.json()
            assert (attacked.cpu_seconds() - before) / 3 < ordinary, name


async def left(http: httpx.AsyncClient, url: str, query: str) -> int:
    """Return what is left in the member's bucket after a query."""
    response = await http.post(url, json={"query": query}, headers={"graphql-cost": "1"})
    units: int = response.json()["extensions"]["cost"]["left"]
    return units


async def test_documents_of_one_member_do_not_push_out_those_of_others(attacked: Attacked, network: str) -> None:
    url, query = f"{attacked.server.address}/graphql", "{ viewer { member { name } } } # Bob's own".ljust(15_000, "x")
    async with client(network, await attacked.token("bob")) as bob, client(network, await attacked.token()) as ada:
        await left(bob, url, query)
        for number in range(15):  # 300,000 characters, where 200,000 are kept
            response = await ada.post(url, json={"query": f"{{ viewer {{ id }} }} # {number} ".ljust(20_000, "x")})
            assert "errors" not in response.json()
        before, after = await left(bob, url, "{ viewer { id } }"), await left(bob, url, query)
        assert before - after < 2_000  # a document that is not known costs more than 15,000
