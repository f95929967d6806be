"""Rows that the viewer may not see, which lists and arguments treat as if they did not exist."""

from collections.abc import Callable, Iterator
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type

from models import MemberKind, ProcessAutomation, Role, Tracker
from resolvers.schema_root import make_schema
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.clients.tracker_updates import new_tracker, update_and_get_errors
from tests.support.scenarios.college import college, create_errors_by_name, problem
from tests.support.scenarios.nodes import NODE_QUERY, hidden_answer, ids_of_every_type

FILTER_FIELDS = ("assigneeId", "createdById", "learnerId", "tutorId", "employerId", "programmeId")
FILTER_PATHS = tuple(f"filter.{name}" for name in FILTER_FIELDS)
CREATE_PATHS = ("input.learnerId", "input.assigneeId", "input.values.value.reference", "input.values.value.files")
UPDATE_PATHS = ("input.id", *CREATE_PATHS[1:])
ID_ARGUMENTS = {
    "Query.node": ("id",),
    "Query.nodes": ("ids",),
    "Query.tracker": ("id",),
    "Query.trackers": FILTER_PATHS,
    "Learner.trackers": FILTER_PATHS,
    "Query.learner": ("id",),
    "Query.validateTracker": CREATE_PATHS,
    "Mutation.createTracker": CREATE_PATHS,
    "Query.validateTrackerUpdate": UPDATE_PATHS,
    "Mutation.updateTracker": UPDATE_PATHS,
    "Query.auditEvents": ("filter.memberId", "filter.objectId"),
    "Query.learnerReads": ("filter.memberId", "filter.learnerId"),
    "Mutation.addComment": ("input.trackerId",),
    "Mutation.markNotificationsRead": ("input.ids",),
    "Mutation.updateMember": ("input.id",),
    "Mutation.removeFactor": ("input.id",),
    "Mutation.removeMemberFactors": ("input.memberId",),
    "Mutation.endSession": ("input.id",),
    "Mutation.endMemberSessions": ("input.memberId",),
    "Mutation.updateEmployer": ("input.id",),
    "Mutation.updateTrackerType": ("input.id",),
    "Subscription.trackerChanged": ("id",),
}
"""Every argument that takes an id, by field; each is tested below with ids of invisible rows."""

BY_FILTER = """
query ($filter: TrackerFilter, $learner: ID!) {
  trackers(filter: $filter) { ...page }
  learner(id: $learner) { trackers(filter: $filter) { ...page } }
}
fragment page on TrackerConnection { nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage } }
"""
EMPTY_PAGE = {"nodes": [], "totalCount": 0, "pageInfo": {"hasNextPage": False, "hasPreviousPage": False}}
LISTS = """
{
  trackers { nodes { id } totalCount } learners { nodes { id } totalCount } members { nodes { id } totalCount }
  employers { nodes { id } totalCount } programmes { nodes { id } totalCount }
  viewer { organisation { id processAutomations { id } } }
}
"""


def id_arguments() -> Iterator[tuple[str, str]]:
    def ids(name: str, type_: Any) -> Iterator[str]:
        named_type = get_named_type(type_)
        if isinstance(named_type, GraphQLInputObjectType):
            for key, field in named_type.fields.items():
                yield from ids(f"{name}.{key}", field.type)
        elif named_type.name == "ID":
            yield name

    for type_ in make_schema().graphql_schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                for argument, definition in field.args.items():
                    for path in ids(argument, definition.type):
                        yield f"{type_.name}.{name}", path


def test_the_table_contains_every_argument_that_takes_an_id() -> None:
    arguments: dict[str, tuple[str, ...]] = {}
    for field, path in id_arguments():
        arguments[field] = (*arguments.get(field, ()), path)
    assert {field: sorted(paths) for field, paths in arguments.items()} == {
        field: sorted(paths) for field, paths in ID_ARGUMENTS.items()
    }


async def test_filters_by_invisible_rows_match_nothing(database: str) -> None:
    tenant, other = await college(), await college()
    other_ids = await ids_of_every_type(other)
    await make.tracker(tenant.organisation, learner=tenant.learner, created_by=tenant.ada, assignee=tenant.ada)
    for name, id_ in other_ids.items():
        for argument in FILTER_FIELDS:
            answer = await data(tenant.ada, BY_FILTER, filter={argument: [id_]}, learner=gid(tenant.learner))
            assert answer == {"trackers": EMPTY_PAGE, "learner": {"trackers": EMPTY_PAGE}}, (name, argument)


async def test_inputs_of_create_tracker_reject_invisible_rows(database: str) -> None:
    tenant, other = await college(), await college()
    other_ids = await ids_of_every_type(other)
    learner = [problem("learnerId", "NOT_FOUND", "There is no such learner.")]
    member = [problem("assigneeId", "NOT_FOUND", "There is no such member.")]
    employer = [problem("values.organisation", "NOT_FOUND", "'Organisation' must be an employer of your organisation.")]
    file = [problem("values.evidence", "NOT_FOUND", "'Evidence' names a file that has not been uploaded.")]
    values = tenant.job()["values"]
    for name, id_ in other_ids.items():
        invalid = {"key": "organisation", "value": {"reference": id_}}
        entries = {
            "learner": tenant.job(learnerId=id_),
            "assignee": tenant.job(assigneeId=id_),
            "employer": tenant.job(values=[values[0], invalid, values[2]]),
            "file": tenant.job(values=[*values, {"key": "evidence", "value": {"files": [id_]}}]),
        }
        expected = {"learner": learner, "assignee": member, "employer": employer, "file": file}
        assert await create_errors_by_name(tenant.tina, entries) == expected, name


async def test_inputs_of_update_tracker_reject_invisible_rows(database: str) -> None:
    tenant, other = await college(), await college()
    other_ids = await ids_of_every_type(other)
    tracker = await new_tracker(tenant)
    inputs: dict[tuple[str, ...], Callable[[str], dict[str, Any]]] = {
        ("id",): lambda id_: {"id": id_},
        ("assigneeId",): lambda id_: {"assigneeId": id_},
        ("values", "organisation"): lambda id_: {"values": [{"key": "organisation", "value": {"reference": id_}}]},
        ("values", "evidence"): lambda id_: {"values": [{"key": "evidence", "value": {"files": [id_]}}]},
    }
    for name, id_ in other_ids.items():
        for path, entry in inputs.items():
            (error,) = await update_and_get_errors(tenant.tina, tracker, **entry(id_))
            assert (tuple(error["path"]), error["code"]) == (path, "NOT_FOUND"), name


async def test_lists_contain_only_rows_of_the_viewers_organisation(database: str) -> None:
    tenant, other = await college(), await college()
    ids = await ids_of_every_type(tenant)
    await ids_of_every_type(other)
    answer = await data(tenant.ada, LISTS)
    automations = await ProcessAutomation.filter(organisation=tenant.organisation)
    assert {node["id"] for node in answer["viewer"]["organisation"].pop("processAutomations")} == set(
        map(gid, automations)
    )
    ids_by_list = {name: {node["id"] for node in page["nodes"]} for name, page in answer.items() if name != "viewer"}
    assert ids_by_list == {
        "trackers": {ids["Tracker"]},
        "learners": {ids["Learner"], gid(tenant.learner)},
        "members": {gid(tenant.ada), gid(tenant.bob), gid(tenant.tina)},
        "employers": {gid(tenant.employer)},
        "programmes": {ids["Programme"]},
    }
    assert {name: page["totalCount"] for name, page in answer.items() if name != "viewer"} == {
        name: len(rows) for name, rows in ids_by_list.items()
    }
    assert answer["viewer"]["organisation"] == {"id": gid(tenant.organisation)}


async def test_a_tutor_sees_the_learners_and_trackers_that_concern_them(database: str) -> None:
    tenant = await college()
    await ids_of_every_type(tenant)
    assigned, created_for, shared = [await make.learner(tenant.organisation) for _ in range(3)]
    trackers = [
        await make.tracker(tenant.organisation, learner=tenant.learner, created_by=tenant.ada),
        await make.tracker(tenant.organisation, learner=assigned, created_by=tenant.ada, assignee=tenant.tina),
        await make.tracker(tenant.organisation, learner=created_for, created_by=tenant.tina),
        await make.tracker(tenant.organisation, learner=shared, assignee=tenant.tina),
    ]
    # About the same learner, but it does not concern her.
    await make.tracker(tenant.organisation, learner=shared, created_by=tenant.ada)
    answer = await data(tenant.tina, LISTS)
    learners = {gid(row) for row in (tenant.learner, assigned, created_for, shared)}
    assert {node["id"] for node in answer["trackers"]["nodes"]} == {gid(row) for row in trackers}
    assert {node["id"] for node in answer["learners"]["nodes"]} == learners
    assert (answer["trackers"]["totalCount"], answer["learners"]["totalCount"]) == (4, 4)
    document = "query ($id: ID!) { learner(id: $id) { trackers { nodes { id } totalCount } } }"
    assert await data(tenant.tina, document, id=gid(shared)) == {
        "learner": {"trackers": {"nodes": [{"id": gid(trackers[3])}], "totalCount": 1}}
    }
    # She no longer sees what no longer concerns her.
    await Tracker.filter(assignee=tenant.tina).update(assignee_id=tenant.bob.id)
    answer = await data(tenant.tina, LISTS)
    assert {node["id"] for node in answer["learners"]["nodes"]} == {gid(tenant.learner), gid(created_for)}
    assert await data(tenant.tina, NODE_QUERY, id=gid(shared)) == hidden_answer("Learner", "")


async def test_roles_make_no_more_rows_visible_to_a_tutor(database: str) -> None:
    tenant = await college()
    ids = await ids_of_every_type(tenant)
    tutor = await make.member(tenant.organisation, kind=MemberKind.TUTOR, roles=list(Role))
    answer = await data(tutor, LISTS)
    assert (answer["trackers"]["nodes"], answer["learners"]["nodes"]) == ([], [])
    assert await data(tutor, NODE_QUERY, id=ids["Tracker"]) == hidden_answer("Tracker", "")


async def test_a_cursor_of_another_organisation_reveals_none_of_its_rows(database: str) -> None:
    tenant, other = await college(), await college()
    own_tracker = await make.tracker(tenant.organisation, learner=tenant.learner)
    await make.tracker(other.organisation, learner=other.learner)
    await make.tracker(other.organisation, learner=other.learner)
    first_page = await data(other.ada, "{ trackers(first: 1) { pageInfo { endCursor } } }")
    other_cursor = first_page["trackers"]["pageInfo"]["endCursor"]
    page = "query ($after: String) { trackers(after: $after) { nodes { id } totalCount pageInfo { hasPreviousPage } } }"
    assert (await data(tenant.ada, page, after=other_cursor))["trackers"] == {
        "nodes": [{"id": gid(own_tracker)}],
        "totalCount": 1,
        "pageInfo": {"hasPreviousPage": False},
    }


ADD_AND_MARK = """
mutation ($id: ID!) {
  addComment(input: {trackerId: $id, text: "Hello"}) { comment { id } errors { path code } }
  markNotificationsRead(input: {ids: [$id]}) { notifications { id } errors { path code } }
}
"""


async def test_comments_and_read_marks_reject_invisible_rows(database: str) -> None:
    tenant, other = await college(), await college()
    for name, id_ in (await ids_of_every_type(other)).items():
        assert await data(tenant.ada, ADD_AND_MARK, id=id_) == {
            "addComment": {"comment": None, "errors": [{"path": ["trackerId"], "code": "NOT_FOUND"}]},
            "markNotificationsRead": {"notifications": [], "errors": [{"path": ["ids", "0"], "code": "NOT_FOUND"}]},
        }, name


UPDATE_SETTINGS = """
mutation ($id: ID!) {
  updateMember(input: {id: $id, name: "Mine"}) { member { id } errors { path code } }
  updateEmployer(input: {id: $id, name: "Mine"}) { employer { id } errors { path code } }
  updateTrackerType(input: {id: $id, version: 1, name: "Mine"}) { trackerType { id } errors { path code } }
}
"""


async def test_settings_of_another_organisation_cannot_be_changed(database: str) -> None:
    tenant, other = await college(), await college()
    mia = await make.member(tenant.organisation, roles=list(Role))
    unknown = [{"path": ["id"], "code": "NOT_FOUND"}]
    other_ids = await ids_of_every_type(other) | {"another's type": gid(await make.tracker_type(other.organisation))}
    for name, id_ in other_ids.items():
        answer = await data(mia, UPDATE_SETTINGS, id=id_)
        errors = {field: payload.pop("errors") for field, payload in answer.items()}
        assert answer == {
            "updateMember": {"member": None},
            "updateEmployer": {"employer": None},
            "updateTrackerType": {"trackerType": None},
        }, name
        assert errors == dict.fromkeys(answer, unknown), name
