"""Pages of trackers with large forms, which are executed for seconds: others are answered meanwhile."""

import asyncio
import time

from tests.support.clients.graphql import gid
from tests.support.servers.attacked import Attacked

CREATE_TYPE = """
mutation ($input: CreateTrackerTypeInput!) { createTrackerType(input: $input) { errors { code path } } }
"""
CREATE = "mutation ($input: CreateTrackerInput!) { createTracker(input: $input) { errors { code path } } }"
ERROR_BESIDE_FORMS = """
{
  node(id: "x") { id }
  trackers(first: 20, filter: {type: ["LARGE"]}) {
    nodes { fields { key ... on ChoiceField { choices { value label a: value b: label } } } }
  }
}
"""
"""The error has graphql-core complete all of it."""
SMALL = "{ viewer { member { name } } }"
ATTACKS = 3


async def create_trackers(attacked: Attacked, token: str) -> None:
    choices = [{"value": f"value{number}", "label": f"Label {number}"} for number in range(480)]
    fields = [{"key": f"list{n}", "label": "List", "kind": "CHOICE", "choices": choices} for n in range(2)]
    entry = {"key": "LARGE", "name": "Large", "fields": fields}
    assert await attacked.server.ask(CREATE_TYPE, token, input=entry) == {"data": {"createTrackerType": {"errors": []}}}
    tracker = {"type": "LARGE", "learnerId": gid(attacked.staff.learner), "values": []}
    for _ in range(20):
        created = await attacked.server.ask(CREATE, token, input=tracker)
        assert created == {"data": {"createTracker": {"errors": []}}}


async def test_others_are_answered_while_large_forms_are_executed(attacked: Attacked) -> None:
    """On version 0.1.0 nobody is answered before all of the attacks are."""
    server, (ada, bob) = attacked.server, [await attacked.token(name) for name in ("ada", "bob")]
    await create_trackers(attacked, ada)
    started = time.perf_counter()
    attacks = [asyncio.create_task(server.ask(ERROR_BESIDE_FORMS, ada)) for _ in range(ATTACKS)]
    answered = 0
    longest = 0.0
    while not all(attack.done() for attack in attacks):
        before = time.perf_counter()
        assert (await server.ask(SMALL, bob))["data"]["viewer"]["member"]["name"] == "Bob"
        longest = max(longest, time.perf_counter() - before)
        answered += 1
    duration = time.perf_counter() - started
    for attack in attacks:
        assert len((await attack)["data"]["trackers"]["nodes"]) == 20
    assert answered > 10
    assert longest < duration / 5
