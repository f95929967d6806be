"""Random filters, orders, viewers and pages, forwards and backwards, against results computed in Python.

Lists take other ways if samples are incomplete, if the page is not found near the beginning, and if trackers are in several
blocks of numbers. The limit of samples is lowered, and numbers are 1,500 apart, so that sixty trackers take all of them.

``LISTED_CASES=1000 .venv/bin/pytest tests/services/trackers/listing/test_random_lists.py`` checks that many lists for each limit.
"""

import os
from random import Random

import pytest

from models import Member
from models.database import fetch
from services.trackers.listing import scope
from tests.support.generators.random_filters import ORDERS, make_filters
from tests.support.generators.random_trackers import make_trackers
from tests.support.scenarios.expected_trackers import (
    Case,
    Json,
    cases,
    is_visible_to,
    matches,
    ordered_numbers,
    read_all_pages,
)

pytestmark = pytest.mark.slow

CASES = int(os.environ.get("LISTED_CASES", "60"))
LIMITS = (0, 2, 12, 2_000)
"""Limits of samples: no condition is rare, some are, most are, all are."""


@pytest.mark.parametrize("limit", LIMITS)
async def test_lists_are_as_expected(database: str, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(scope, "MAX_SAMPLE", limit)
    random, organisation, members = await make_trackers(100 + limit)
    await fetch("UPDATE tracker SET number = number * 1500")
    await fetch("UPDATE organisation_counter SET trackers = trackers * 1500")
    trackers = await cases()
    filters = await make_filters(random, organisation, members)
    for _ in range(CASES):
        await _check_list(random, random.choice(members), _random_arguments(random, filters), trackers)


def _random_arguments(random: Random, filters: list[Json]) -> Json:
    """Return the arguments of a list: up to three filters, in up to two orders."""
    arguments: Json = {"filter": {}}
    for _ in range(random.choice([0, 1, 1, 2, 2, 3])):
        arguments["filter"] |= random.choice(filters)
    fields = random.sample(ORDERS, random.choice([0, 0, 1, 1, 2]))
    arguments["orderBy"] = [{"field": field, "direction": random.choice(["ASC", "DESC"])} for field in fields]
    return arguments


async def _check_list(random: Random, member: Member, arguments: Json, trackers: list[Case]) -> None:
    """Compare a list, read page by page in one direction, with the expected trackers."""
    matching = [case for case in trackers if is_visible_to(member, case) and matches(case, arguments["filter"])]
    expected = ordered_numbers(matching, arguments["orderBy"])
    numbers, total = await read_all_pages(
        member, random.choice([2, 7, 20, 100]), backwards=random.random() < 0.5, **arguments
    )
    assert (numbers, total) == (expected, len(expected)), (member.name, arguments)
