"""Listing tracker types, and the permission to create trackers of them."""

from typing import Any

import pytest

from models import Member, MemberKind, ProcessAutomation, Role, TrackerCategory, TrackerType, TrackerTypeVersion
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.scenarios.college import CREATE_ROLES, college

PLAIN = ["JOB", "APPRENTICESHIP", "TRAINEESHIP", "EDUCATION", "SELF_EMPLOYMENT", "ILR", "COMPLIANCE"]
STATUSES = {
    "CHANGE_OF_NAME": ["ONBOARDING", "READY_TO_ENROL", "ACTIVE", "ON_A_BREAK", "ENTERED_EPA"],
    "CHANGE_OF_ADDRESS": ["ACTIVE", "ENTERED_EPA"],
    "CHANGE_OF_EMPLOYER": ["ACTIVE"],
    "CHANGE_OF_WORKING_CONDITIONS": ["ACTIVE"],
    "LEARNING_SUPPORT": ["ACTIVE"],
    "BREAK_IN_LEARNING": ["ACTIVE"],
    "RETURN_TO_LEARNING": ["ON_A_BREAK"],
    "WITHDRAWAL": ["ACTIVE", "ON_A_BREAK", "ENTERED_EPA"],
    "CHANGE_OF_PROGRAMME": ["ACTIVE"],
    "COMPLETION": ["ACTIVE", "ENTERED_EPA"],
}
AUTOMATIONS = list(STATUSES)

TYPES = """
query ($category: [TrackerCategory!], $creatable: Boolean! = false, $archived: Boolean! = false) {
  trackerTypes(category: $category, creatableOnly: $creatable, includeArchived: $archived) { key }
}
"""
TYPE_BY_KEY = "query ($key: String!) { trackerType(key: $key) { key } }"


async def keys(member: Member, **arguments: Any) -> list[str]:
    return [served_type["key"] for served_type in (await data(member, TYPES, **arguments))["trackerTypes"]]


async def test_types_are_ordered_and_disabled_automations_omitted(database: str) -> None:
    tenant, without_automations = await college(), await college(automations=False)
    assert await keys(tenant.ada) == PLAIN + AUTOMATIONS
    assert await keys(tenant.tina) == PLAIN + AUTOMATIONS
    assert await keys(without_automations.ada) == PLAIN
    await ProcessAutomation.filter(organisation=tenant.organisation, key="WITHDRAWAL").update(enabled=False)
    assert await keys(tenant.ada) == PLAIN + [key for key in AUTOMATIONS if key != "WITHDRAWAL"]


async def test_filtering_types_by_category(database: str) -> None:
    tenant = await college()
    await make.tracker_type(tenant.organisation, key="OURS")
    everything = [*PLAIN, *AUTOMATIONS, "OURS"]
    expected = {
        None: everything,
        (): everything,
        ("EMPLOYABILITY",): PLAIN[:5],
        ("FUNDED",): PLAIN[5:],
        ("CUSTOM",): ["OURS"],
        ("PROCESS_AUTOMATION",): AUTOMATIONS,
        ("CUSTOM", "FUNDED", "CUSTOM"): [*PLAIN[5:], "OURS"],
    }
    served = {
        categories: await keys(tenant.ada, category=None if categories is None else list(categories))
        for categories in expected
    }
    assert served == expected


async def test_an_organisations_own_types_come_last_and_are_not_shared(database: str) -> None:
    tenant, other = await college(automations=False), await college(automations=False)
    await make.tracker_type(tenant.organisation, key="ZEBRA", name="A zebra")
    await make.tracker_type(tenant.organisation, key="ANT", name="The ant")
    assert await keys(tenant.ada) == [*PLAIN, "ZEBRA", "ANT"]  # by name
    assert await keys(other.ada) == PLAIN
    assert await data(tenant.ada, TYPE_BY_KEY, key="ANT") == {"trackerType": {"key": "ANT"}}
    assert await data(other.ada, TYPE_BY_KEY, key="ANT") == {"trackerType": None}


async def test_archived_types_are_listed_on_request_and_never_creatable(database: str) -> None:
    tenant = await college(automations=False)
    await make.tracker_type(tenant.organisation, key="OLD", archived=True)
    assert await keys(tenant.ada) == PLAIN
    assert await keys(tenant.ada, archived=True) == [*PLAIN, "OLD"]
    assert await keys(tenant.ada, archived=True, creatable=True) == PLAIN
    query = '{ trackerType(key: "OLD") { key archived viewerCanCreate } }'
    assert (await data(tenant.ada, query))["trackerType"] == {"key": "OLD", "archived": True, "viewerCanCreate": False}


async def test_fetching_a_type_by_key(database: str) -> None:
    tenant = await college()
    await ProcessAutomation.filter(key="COMPLETION").update(enabled=False)
    expected = {key: {"key": key} for key in (*PLAIN, "WITHDRAWAL")}
    unknown = dict.fromkeys(["", "job", "JOB ", "J\x00B", "\ud800", "JÖB", "COMPLETION", "x" * 10_000, gid(tenant.ada)])
    types = {key: (await data(tenant.ada, TYPE_BY_KEY, key=key))["trackerType"] for key in expected | unknown}
    assert types == expected | unknown


async def test_the_precondition_of_a_type(database: str) -> None:
    tenant = await college()
    served = await data(tenant.ada, "{ trackerTypes { key learnerStatuses } }")
    assert {
        served_type["key"]: served_type["learnerStatuses"] for served_type in served["trackerTypes"]
    } == STATUSES | {key: [] for key in PLAIN}


@pytest.mark.parametrize("kind", list(MemberKind))
async def test_roles_decide_which_types_can_be_created(database: str, kind: MemberKind) -> None:
    tenant = await college()
    await make.tracker_type(tenant.organisation, key="OURS")
    create, automate, edit = list(Role)[:3]
    plain_types = [*PLAIN, "OURS"]
    expected: dict[tuple[Role, ...], list[str]] = {
        (): [],
        (create,): plain_types,
        (automate,): [],
        (edit,): [],
        (automate, edit): [],
        CREATE_ROLES: [*PLAIN, *AUTOMATIONS, "OURS"],
        (create, edit): plain_types,
        tuple(Role): [*PLAIN, *AUTOMATIONS, "OURS"],
        (Role.MANAGE_SETTINGS, Role.MANAGE_MEMBERS): [],
    }
    listed, marked = {}, {}
    for roles in expected:
        member = await make.member(tenant.organisation, kind=kind, roles=roles)
        listed[roles] = await keys(member, creatable=True)
        types = (await data(member, "{ trackerTypes { key viewerCanCreate } }"))["trackerTypes"]
        marked[roles] = [served_type["key"] for served_type in types if served_type["viewerCanCreate"]]
    assert listed == marked == expected


async def test_a_type_is_served_in_its_newest_version(database: str) -> None:
    tenant = await college(automations=False)
    job = await TrackerType.get(key="JOB")
    field = {"kind": "TEXT", "key": "only", "label": "Only"}
    await TrackerTypeVersion.create(type=job, version=2, definition={"fields": [field]})
    query = '{ trackerType(key: "JOB") { version fields { key label kind required } } }'
    assert (await data(tenant.ada, query))["trackerType"]["version"] == 1
    await TrackerType.filter(id=job.id).update(version=2)
    assert (await data(tenant.ada, query))["trackerType"] == {
        "version": 2,
        "fields": [{"key": "only", "label": "Only", "kind": "TEXT", "required": False}],
    }


async def test_the_name_and_description_of_a_type(database: str) -> None:
    tenant = await college()
    query = '{ trackerType(key: "ILR") { id key name description category version archived } }'
    ilr = await TrackerType.get(key="ILR")
    assert (await data(tenant.ada, query))["trackerType"] == {
        "id": gid(ilr),
        "key": "ILR",
        "name": "ILR",
        "description": "A query on a learner's Individualised Learner Record. Rejected means that it must be completed again.",
        "category": TrackerCategory.FUNDED.value,
        "version": 1,
        "archived": False,
    }
