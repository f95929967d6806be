"""The ids of employers and programmes that an upgrade merged into others: each stands for the one that remains."""

from typing import Any

import pytest

from models import Employer, Group, Member, Programme
from services.kernel.global_ids import to_global_id
from tests.support import factories as make
from tests.support.clients.graphql import data, gid

NODES = """query ($ids: [ID!]!, $id: ID!) {
  nodes(ids: $ids) { id ... on Employer { name } ... on Programme { name } }
  node(id: $id) { id }
}"""
TRACKERS = """query ($filter: TrackerFilter) {
  trackers(filter: $filter) { totalCount nodes { number } }
  learners { nodes { trackers(filter: $filter) { totalCount nodes { number } } } }
}"""


@pytest.fixture
async def ada(database: str) -> Member:
    return await make.member()


async def numbers(member: Member, **filter_: Any) -> list[int]:
    """Return the numbers of the trackers that a filter finds, of all and of each learner."""
    answer = await data(member, TRACKERS, filter=filter_)
    found = [node["number"] for node in answer["trackers"]["nodes"]]
    of_learners = [tracker["number"] for node in answer["learners"]["nodes"] for tracker in node["trackers"]["nodes"]]
    assert (sorted(of_learners), answer["trackers"]["totalCount"]) == (sorted(found), len(found))
    return found


async def test_a_node_of_a_former_id_is_the_one_that_remains(ada: Member) -> None:
    organisation = await ada.organisation
    employer, programme = await make.employer(organisation, name="Acme"), await make.programme(organisation, name="P")
    employer_id = to_global_id("Employer", await make.name_merge(employer, "ACME"))
    programme_id = to_global_id("Programme", await make.name_merge(programme, "p"))
    foreign = to_global_id("Employer", await make.name_merge(await make.employer(), "ACME"))
    answer = await data(ada, NODES, ids=[employer_id, gid(employer), programme_id, foreign], id=employer_id)
    acme = {"id": gid(employer), "name": "Acme"}
    assert answer == {"nodes": [acme, acme, {"id": gid(programme), "name": "P"}, None], "node": {"id": gid(employer)}}


async def test_filters_take_former_ids(ada: Member) -> None:
    organisation = await ada.organisation
    employer, programme = await make.employer(organisation), await make.programme(organisation)
    learner = await make.learner(organisation, employer=employer, programme=programme)
    tracker = await make.tracker(organisation, learner=learner)
    await make.tracker(organisation, learner=await make.learner(organisation))
    former: dict[type[Employer] | type[Programme], str] = {
        Employer: to_global_id("Employer", await make.name_merge(employer, "A")),
        Programme: to_global_id("Programme", await make.name_merge(programme, "B")),
    }
    for filter_ in (
        {"employerId": [former[Employer]]},
        {"employerId": [former[Employer], gid(employer)]},
        {"programmeId": [former[Programme]]},
        {"programmeId": [gid(programme)], "employerId": [former[Employer]], "status": ["NEW"]},
    ):
        assert await numbers(ada, **filter_) == [tracker.number]
    foreign = to_global_id("Employer", await make.name_merge(await make.employer(), "A"))
    assert await numbers(ada, employerId=[foreign]) == []


async def test_a_filter_of_groups_ignores_case(ada: Member) -> None:
    organisation = await ada.organisation
    learner = await make.learner(organisation)
    await learner.groups.add(await Group.create(organisation=organisation, name="Straße"))
    tracker = await make.tracker(organisation, learner=learner)
    assert await numbers(ada, group=["STRASSE", "straße ", "Straße"]) == [tracker.number]
    assert await numbers(ada, group=["STRASSE"], status=["NEW"]) == [tracker.number]
    assert await numbers(ada, group=["Strase"]) == []
