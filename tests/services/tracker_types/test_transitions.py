"""What a tracker's steps say beforehand is what an update is asked for afterwards.

Compared for every type there is and one of an organisation's own, every status, every kind of member with every set
of roles, forms that are empty, filled and lacking just what some status requires.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID, uuid4

from models import (
    MemberKind,
    ProcessAutomation,
    Role,
    Tracker,
    TrackerStatus,
    TrackerType,
    TrackerTypeVersion,
)
from services.forms.definitions import (
    ChoiceField,
    FieldDefinition,
    FieldKind,
    ReferenceField,
    ReferenceTarget,
    TypeDefinition,
)
from services.forms.documents import definition_from_document
from services.kernel.errors import ErrorCode, Problem
from services.tracker_types.builtin import load_builtin_types
from services.tracker_types.catalogue import available_types
from services.tracker_types.transitions import Transition
from services.tracker_types.versions import versions_by_id
from services.trackers.permissions import transitions_from
from services.trackers.update_input import UpdateEntry, check_update
from services.viewer import Viewer
from tests.support import factories as make
from tests.support.clients.graphql import viewer

OWN: dict[str, Any] = {
    "fields": [
        {"key": "a", "label": "A", "kind": "BOOLEAN", "required": True},
        {"key": "b", "label": "B", "kind": "TEXT", "required_for": ["RESOLVED", "CLOSED"]},
        {"key": "c", "label": "C", "kind": "DATE", "required_for": ["REJECTED", "CLOSED", "APPROVED"]},
        {
            "key": "d",
            "label": "D",
            "kind": "INTEGER",
            "required_for": ["RESOLVED"],
            "visible_when": {"field": "a", "is_one_of": ["true"]},
        },
    ]
}
TYPES = [*(one.key for one in load_builtin_types()), "OWN"]
ROLES = [
    [role for role, held in zip(list(Role)[:3], flags, strict=True) if held]
    for flags in product((False, True), repeat=3)
]
APPROVER = [Role.EDIT_PROCESS_AUTOMATION_TRACKERS]
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Case:
    """A tracker whose row each comparison fills as it likes, its type's form, and a stored value for each field."""

    tracker: Tracker
    definition: TypeDefinition
    filled: Mapping[str, Any]


async def make_case(key: str) -> Case:
    house = await make.organisation()
    kind = await TrackerType.get_or_none(key=key) or await make.tracker_type(house, key=key)
    if key == "OWN":
        await TrackerTypeVersion.filter(type=kind).update(definition=OWN)
    await ProcessAutomation.create(organisation=house, key=key, enabled=True, four_eyes=False)
    document = (await TrackerTypeVersion.get(type=kind, version=kind.version)).definition
    definition = definition_from_document(document)
    # A learner of whom every automation's precondition holds.
    status = definition.precondition[0] if definition.precondition else "ACTIVE"
    learner = await make.learner(house, programme_status=status)
    things = {
        ReferenceTarget.EMPLOYER: str((await make.employer(house)).id),
        ReferenceTarget.PROGRAMME: str((await make.programme(house)).id),
    }
    tracker = await make.tracker(house, type=kind, learner=learner)
    return Case(tracker, definition, {field.key: stored_value(field, things) for field in definition.fields})


async def make_viewer(case: Case, kind: MemberKind, roles: list[Role]) -> Viewer:
    house = await case.tracker.organisation
    return await viewer(await make.member(house, kind=kind, roles=roles))


def stored_value(field: FieldDefinition, things: Mapping[ReferenceTarget, str]) -> Any:
    """A value that makes every condition on the field hold; what is stored is not judged."""
    match field:
        case ChoiceField():
            return [choice.value for choice in field.choices]
        case ReferenceField():
            return things[field.target]
    values: dict[FieldKind, Any] = {
        FieldKind.TEXT: "x",
        FieldKind.INTEGER: 1,
        FieldKind.DECIMAL: "1",
        FieldKind.DATE: "2026-09-01",
        FieldKind.BOOLEAN: True,
        FieldKind.FILE: [str(uuid4())],
    }
    return values[field.kind]


def values_to_try(case: Case) -> Iterator[Mapping[str, Any]]:
    """Filled; lacking what some status requires; empty."""
    yield case.filled
    yield {field.key: case.filled[field.key] for field in case.definition.fields if not field.required_for}
    yield {}


async def compare(case: Case, who: Viewer) -> list[Transition]:
    """Hold every status against the steps; the tracker's row says from where, and with which values."""
    (offered,) = await available_types(who, ids=[case.tracker.type_id], include_disabled=True)
    form = (await versions_by_id([case.tracker.type_version_id]))[case.tracker.type_version_id]
    steps = transitions_from(who, case.tracker, offered, form)
    by_status = {step.to: step for step in steps}
    for to in TrackerStatus:
        entry = UpdateEntry(tracker_id=case.tracker.id, version=1, status=to)
        problems = (await check_update(who, case.tracker, entry)).problems
        if (step := by_status.get(to)) is not None:
            foretold = expected_errors(step, case.tracker.values)
            assert [(one.path, one.code) for one in problems] == foretold, (offered.type.key, who.member.roles)
        elif to == case.tracker.status:
            assert codes_at(problems, "status") == []
        else:
            assert codes_at(problems, "status") == [ErrorCode.STATUS_NOT_ALLOWED]
    return steps


def expected_errors(step: Transition, values: Mapping[str, Any]) -> list[tuple[tuple[str, ...], ErrorCode]]:
    """The problems of an update that names the status and nothing else, foretold."""
    forbidden = [] if step.viewer_can_take else [(("status",), ErrorCode.FORBIDDEN)]
    missing = [(("values", key), ErrorCode.REQUIRED) for key in step.required_fields if key not in values]
    reason = [(("comment",), ErrorCode.REQUIRED)] if step.comment_required else []
    return [*forbidden, *missing, *reason]


def codes_at(problems: tuple[Problem, ...], *path: str) -> list[ErrorCode]:
    return [problem.code for problem in problems if problem.path == path]


async def test_for_every_kind_of_member_and_set_of_roles(database: str) -> None:
    for key in TYPES:
        case = await make_case(key)
        case.tracker.values = case.filled
        for kind, roles in product(MemberKind, ROLES):
            who = await make_viewer(case, kind, roles)
            for case.tracker.status in TrackerStatus:
                await compare(case, who)


async def test_for_every_form(database: str) -> None:
    for key in TYPES:
        case = await make_case(key)
        who = await make_viewer(case, MemberKind.ADMINISTRATOR, list(Role))
        required = 0
        for values, status in product(values_to_try(case), TrackerStatus):
            case.tracker.values, case.tracker.status = values, status
            required += sum(len(step.required_fields) for step in await compare(case, who))
        assert (required > 0) == any(field.required_for for field in case.definition.fields), key


async def test_for_creators_and_for_the_last_to_change_a_value(database: str) -> None:
    for key in TYPES:
        case = await make_case(key)
        case.tracker.values = case.filled
        found = set()
        for four_eyes, roles in product((False, True), ([], APPROVER, list(Role))):
            await ProcessAutomation.filter(key=key).update(four_eyes=four_eyes)
            who = await make_viewer(case, MemberKind.TUTOR, roles)
            me_or_not, statuses = (who.member_id, NOBODY), (TrackerStatus.NEW, TrackerStatus.APPROVED)
            for created_by, changed_by, status in product(me_or_not, me_or_not, statuses):
                case.tracker.created_by_id, case.tracker.values_changed_by_id = created_by, changed_by
                case.tracker.status = status
                found |= {step.viewer_can_take for step in await compare(case, who)}
        automation = (await TrackerType.get(id=case.tracker.type_id)).category == "PROCESS_AUTOMATION"
        assert found == ({True, False} if automation else {True}), key


async def test_neither_the_creator_nor_the_last_to_change_a_value_approves(database: str) -> None:
    case = await make_case("CHANGE_OF_ADDRESS")
    await ProcessAutomation.all().update(four_eyes=True)
    approver, other = [await make_viewer(case, MemberKind.ADMINISTRATOR, APPROVER) for _ in range(2)]
    case.tracker.values = case.filled

    async def may_approve(who: Viewer, created_by: Viewer, changed_by: Viewer | None) -> bool:
        case.tracker.created_by_id = created_by.member_id
        case.tracker.values_changed_by_id = changed_by.member_id if changed_by else None
        (step,) = [one for one in await compare(case, who) if one.to == TrackerStatus.APPROVED]
        return step.viewer_can_take

    assert not await may_approve(approver, approver, None)
    assert not await may_approve(approver, approver, other)
    assert not await may_approve(approver, other, approver)
    assert await may_approve(approver, other, None)
    assert await may_approve(approver, other, other)
    case.tracker.status = TrackerStatus.APPROVED  # what others approved, anyone of the role tries again
    assert await may_approve(approver, approver, approver)
