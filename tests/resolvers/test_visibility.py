"""What may not be seen answers as if it did not exist: every field and argument that takes an id, and every list."""

from collections.abc import Callable, Iterator
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type

from models import MemberKind, ProcessAutomation, Role, Tracker
from resolvers.schema_root import make_schema
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.clients.tracker_updates import opened
from tests.support.clients.tracker_updates import refused as update_refused
from tests.support.scenarios.college import college, problem, refusals
from tests.support.scenarios.nodes import BY_ID, everything, nothing

IN_FILTER = ("assigneeId", "createdById", "learnerId", "tutorId", "employerId", "programmeId")
FILTERS = tuple(f"filter.{name}" for name in IN_FILTER)
ENTRIES = ("input.learnerId", "input.assigneeId", "input.values.value.reference", "input.values.value.files")
UPDATES = ("input.id", *ENTRIES[1:])
TRIED = {
    "Query.node": ("id",),
    "Query.nodes": ("ids",),
    "Query.tracker": ("id",),
    "Query.trackers": FILTERS,
    "Learner.trackers": FILTERS,
    "Query.learner": ("id",),
    "Query.validateTracker": ENTRIES,
    "Mutation.createTracker": ENTRIES,
    "Query.validateTrackerUpdate": UPDATES,
    "Mutation.updateTracker": UPDATES,
    "Mutation.addComment": ("input.trackerId",),
    "Mutation.markNotificationsRead": ("input.ids",),
    "Mutation.updateMember": ("input.id",),
    "Mutation.updateEmployer": ("input.id",),
    "Mutation.updateTrackerType": ("input.id",),
    "Subscription.trackerChanged": ("id",),
}
"""Every argument that takes an id, by field: each is tried below with the ids of rows that may not be seen."""

BY_FILTER = """
query ($filter: TrackerFilter, $learner: ID!) {
  trackers(filter: $filter) { ...page }
  learner(id: $learner) { trackers(filter: $filter) { ...page } }
}
fragment page on TrackerConnection { nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage } }
"""
NOTHING = {"nodes": [], "totalCount": 0, "pageInfo": {"hasNextPage": False, "hasPreviousPage": False}}
LISTS = """
{
  trackers { nodes { id } totalCount } learners { nodes { id } totalCount } members { nodes { id } totalCount }
  employers { nodes { id } totalCount } programmes { nodes { id } totalCount }
  viewer { organisation { id processAutomations { id } } }
}
"""


def _taking_ids() -> Iterator[tuple[str, str]]:
    def ids(name: str, type_: Any) -> Iterator[str]:
        named = get_named_type(type_)
        if isinstance(named, GraphQLInputObjectType):
            for key, field in named.fields.items():
                yield from ids(f"{name}.{key}", field.type)
        elif named.name == "ID":
            yield name

    for type_ in make_schema().graphql_schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                for argument, given in field.args.items():
                    for path in ids(argument, given.type):
                        yield f"{type_.name}.{name}", path


def test_no_argument_that_takes_an_id_is_left_untried() -> None:
    found: dict[str, tuple[str, ...]] = {}
    for field, path in _taking_ids():
        found[field] = (*found.get(field, ()), path)
    assert {field: sorted(paths) for field, paths in found.items()} == {
        field: sorted(paths) for field, paths in TRIED.items()
    }


async def test_filters_by_what_may_not_be_seen_match_nothing(database: str) -> None:
    house, other = await college(), await college()
    theirs = await everything(other)
    await make.tracker(house.organisation, learner=house.learner, created_by=house.ada, assignee=house.ada)
    for name, id_ in theirs.items():
        for argument in IN_FILTER:
            found = await data(house.ada, BY_FILTER, filter={argument: [id_]}, learner=gid(house.learner))
            assert found == {"trackers": NOTHING, "learner": {"trackers": NOTHING}}, (name, argument)


async def test_entries_name_only_what_may_be_seen(database: str) -> None:
    house, other = await college(), await college()
    theirs = await everything(other)
    learner = [problem("learnerId", "NOT_FOUND", "There is no such learner.")]
    member = [problem("assigneeId", "NOT_FOUND", "There is no such member.")]
    employer = [problem("values.organisation", "NOT_FOUND", "Organisation names no employer of your organisation.")]
    file = [problem("values.evidence", "NOT_FOUND", "Evidence names a file that has not been uploaded.")]
    right = house.job()["values"]
    for name, id_ in theirs.items():
        wrong = {"key": "organisation", "value": {"reference": id_}}
        entries = {
            "learner": house.job(learnerId=id_),
            "assignee": house.job(assigneeId=id_),
            "employer": house.job(values=[right[0], wrong, right[2]]),
            "file": house.job(values=[*right, {"key": "evidence", "value": {"files": [id_]}}]),
        }
        expected = {"learner": learner, "assignee": member, "employer": employer, "file": file}
        assert await refusals(house.tina, entries) == expected, name


async def test_updates_name_only_what_may_be_seen(database: str) -> None:
    house, other = await college(), await college()
    theirs = await everything(other)
    tracker = await opened(house)
    places: dict[tuple[str, ...], Callable[[str], dict[str, Any]]] = {
        ("id",): lambda id_: {"id": id_},
        ("assigneeId",): lambda id_: {"assigneeId": id_},
        ("values", "organisation"): lambda id_: {"values": [{"key": "organisation", "value": {"reference": id_}}]},
        ("values", "evidence"): lambda id_: {"values": [{"key": "evidence", "value": {"files": [id_]}}]},
    }
    for name, id_ in theirs.items():
        for path, entry in places.items():
            (told,) = await update_refused(house.tina, tracker, **entry(id_))
            assert (tuple(told["path"]), told["code"]) == (path, "NOT_FOUND"), name


async def test_lists_hold_only_the_organisations_own(database: str) -> None:
    house, other = await college(), await college()
    ids = await everything(house)
    await everything(other)
    found = await data(house.ada, LISTS)
    automations = await ProcessAutomation.filter(organisation=house.organisation)
    assert {one["id"] for one in found["viewer"]["organisation"].pop("processAutomations")} == set(
        map(gid, automations)
    )
    mine = {name: {one["id"] for one in page["nodes"]} for name, page in found.items() if name != "viewer"}
    assert mine == {
        "trackers": {ids["Tracker"]},
        "learners": {ids["Learner"], gid(house.learner)},
        "members": {gid(house.ada), gid(house.bob), gid(house.tina)},
        "employers": {gid(house.employer)},
        "programmes": {ids["Programme"]},
    }
    assert {name: page["totalCount"] for name, page in found.items() if name != "viewer"} == {
        name: len(rows) for name, rows in mine.items()
    }
    assert found["viewer"]["organisation"] == {"id": gid(house.organisation)}


async def test_a_tutor_sees_the_learners_and_trackers_that_concern_them(database: str) -> None:
    house = await college()
    await everything(house)
    assigned, opened, shared = [await make.learner(house.organisation) for _ in range(3)]
    trackers = [
        await make.tracker(house.organisation, learner=house.learner, created_by=house.ada),
        await make.tracker(house.organisation, learner=assigned, created_by=house.ada, assignee=house.tina),
        await make.tracker(house.organisation, learner=opened, created_by=house.tina),
        await make.tracker(house.organisation, learner=shared, assignee=house.tina),
    ]
    await make.tracker(house.organisation, learner=shared, created_by=house.ada)  # about the same learner, not hers
    found = await data(house.tina, LISTS)
    learners = {gid(row) for row in (house.learner, assigned, opened, shared)}
    assert {one["id"] for one in found["trackers"]["nodes"]} == {gid(row) for row in trackers}
    assert {one["id"] for one in found["learners"]["nodes"]} == learners
    assert (found["trackers"]["totalCount"], found["learners"]["totalCount"]) == (4, 4)
    below = "query ($id: ID!) { learner(id: $id) { trackers { nodes { id } totalCount } } }"
    assert await data(house.tina, below, id=gid(shared)) == {
        "learner": {"trackers": {"nodes": [{"id": gid(trackers[3])}], "totalCount": 1}}
    }
    # What no longer concerns her is gone with it.
    await Tracker.filter(assignee=house.tina).update(assignee_id=house.bob.id)
    found = await data(house.tina, LISTS)
    assert {one["id"] for one in found["learners"]["nodes"]} == {gid(house.learner), gid(opened)}
    assert await data(house.tina, BY_ID, id=gid(shared)) == nothing("Learner", "")


async def test_roles_open_nothing_to_a_tutors_eyes(database: str) -> None:
    house = await college()
    ids = await everything(house)
    tutor = await make.member(house.organisation, kind=MemberKind.TUTOR, roles=list(Role))
    found = await data(tutor, LISTS)
    assert (found["trackers"]["nodes"], found["learners"]["nodes"]) == ([], [])
    assert await data(tutor, BY_ID, id=ids["Tracker"]) == nothing("Tracker", "")


async def test_a_cursor_of_anothers_list_shows_nothing_of_theirs(database: str) -> None:
    house, other = await college(), await college()
    mine = await make.tracker(house.organisation, learner=house.learner)
    await make.tracker(other.organisation, learner=other.learner)
    await make.tracker(other.organisation, learner=other.learner)
    theirs = (await data(other.ada, "{ trackers(first: 1) { pageInfo { endCursor } } }"))["trackers"]["pageInfo"][
        "endCursor"
    ]
    page = "query ($after: String) { trackers(after: $after) { nodes { id } totalCount pageInfo { hasPreviousPage } } }"
    assert (await data(house.ada, page, after=theirs))["trackers"] == {
        "nodes": [{"id": gid(mine)}],
        "totalCount": 1,
        "pageInfo": {"hasPreviousPage": False},
    }


SAID = """
mutation ($id: ID!) {
  addComment(input: {trackerId: $id, text: "Hello"}) { comment { id } errors { path code } }
  markNotificationsRead(input: {ids: [$id]}) { notifications { id } errors { path code } }
}
"""


async def test_nothing_can_be_said_of_or_heard_from_what_may_not_be_seen(database: str) -> None:
    house, other = await college(), await college()
    for name, id_ in (await everything(other)).items():
        assert await data(house.ada, SAID, id=id_) == {
            "addComment": {"comment": None, "errors": [{"path": ["trackerId"], "code": "NOT_FOUND"}]},
            "markNotificationsRead": {"notifications": [], "errors": [{"path": ["ids", "0"], "code": "NOT_FOUND"}]},
        }, name


SET_UP = """
mutation ($id: ID!) {
  updateMember(input: {id: $id, name: "Mine"}) { member { id } errors { path code } }
  updateEmployer(input: {id: $id, name: "Mine"}) { employer { id } errors { path code } }
  updateTrackerType(input: {id: $id, version: 1, name: "Mine"}) { trackerType { id } errors { path code } }
}
"""


async def test_what_is_set_up_elsewhere_cannot_be_changed(database: str) -> None:
    house, other = await college(), await college()
    mia = await make.member(house.organisation, roles=list(Role))
    unknown = [{"path": ["id"], "code": "NOT_FOUND"}]
    theirs = await everything(other) | {"another's type": gid(await make.tracker_type(other.organisation))}
    for name, id_ in theirs.items():
        answer = await data(mia, SET_UP, id=id_)
        errors = {field: payload.pop("errors") for field, payload in answer.items()}
        assert answer == {
            "updateMember": {"member": None},
            "updateEmployer": {"employer": None},
            "updateTrackerType": {"trackerType": None},
        }, name
        assert errors == dict.fromkeys(answer, unknown), name
