"""The transitions listed for a tracker match the requirements of actual updates.

They are compared for every built-in type and a custom type, every status, every kind of member with every set of roles,
and values that are complete, empty, or lack only the fields required for a status.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest

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
    BooleanField,
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
from services.trackers.update_entry import UpdateEntry
from services.trackers.update_input import check_update
from services.viewer import Viewer
from tests.support import factories as make
from tests.support.clients.graphql import viewer

pytestmark = pytest.mark.slow

CUSTOM_DEFINITION: dict[str, Any] = {
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
TYPES = [*(builtin.key for builtin in load_builtin_types()), "OWN"]
ROLES = [
    [role for role, is_included in zip(list(Role)[:3], flags, strict=True) if is_included]
    for flags in product((False, True), repeat=3)
]
APPROVER = [Role.EDIT_PROCESS_AUTOMATION_TRACKERS]
OTHER_MEMBER_ID = UUID(int=0)


@dataclass(frozen=True)
class Case:
    """A tracker that the tests modify in memory, its type's definition, and a valid value for each field."""

    tracker: Tracker
    definition: TypeDefinition
    filled: Mapping[str, Any]


async def make_case(key: str) -> Case:
    organisation = await make.organisation()
    kind = await TrackerType.get_or_none(key=key) or await make.tracker_type(organisation, key=key)
    if key == "OWN":
        await TrackerTypeVersion.filter(type=kind).update(definition=CUSTOM_DEFINITION)
    await ProcessAutomation.create(organisation=organisation, key=key, enabled=True, four_eyes=False)
    document = (await TrackerTypeVersion.get(type=kind, version=kind.version)).definition
    definition = definition_from_document(document)
    # A learner who meets the automation's precondition.
    status = definition.precondition[0] if definition.precondition else "ACTIVE"
    learner = await make.learner(organisation, programme_status=status)
    referenced = {
        ReferenceTarget.EMPLOYER: str((await make.employer(organisation)).id),
        ReferenceTarget.PROGRAMME: str((await make.programme(organisation)).id),
    }
    tracker = await make.tracker(organisation, type=kind, learner=learner)
    return Case(tracker, definition, {field.key: stored_value(field, referenced) for field in definition.fields})


async def make_viewer(case: Case, kind: MemberKind, roles: list[Role]) -> Viewer:
    organisation = await case.tracker.organisation
    return await viewer(await make.member(organisation, kind=kind, roles=roles))


def stored_value(field: FieldDefinition, referenced: Mapping[ReferenceTarget, str]) -> Any:
    """Return a stored value for which every condition on the field holds. Stored values are not validated."""
    match field:
        case ChoiceField():
            return [choice.value for choice in field.choices]
        case ReferenceField():
            return referenced[field.target]
        case BooleanField(default=False):
            return False  # a withdrawal from the whole programme, which needs no learning aims
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
    """Yield complete values, values without the fields required for a status, and no values."""
    yield case.filled
    yield {field.key: case.filled[field.key] for field in case.definition.fields if not field.required_for}
    yield {}


async def check_transitions(case: Case, actor: Viewer) -> list[Transition]:
    """Check that updates to each status fail exactly as the listed transitions say, and return these transitions."""
    (available,) = await available_types(actor, ids=[case.tracker.type_id], include_disabled=True)
    form = (await versions_by_id([case.tracker.type_version_id]))[case.tracker.type_version_id]
    transitions = transitions_from(actor, case.tracker, available, form)
    by_status = {transition.to: transition for transition in transitions}
    for to in TrackerStatus:
        entry = UpdateEntry(tracker_id=case.tracker.id, version=1, status=to)
        problems = (await check_update(actor, case.tracker, entry)).problems
        if (transition := by_status.get(to)) is not None:
            expected = expected_errors(transition, case.tracker.values)
            assert [(problem.path, problem.code) for problem in problems] == expected, (
                available.type.key,
                actor.member.roles,
            )
        elif to == case.tracker.status:
            assert codes_at(problems, "status") == []
        else:
            assert codes_at(problems, "status") == [ErrorCode.STATUS_NOT_ALLOWED]
    return transitions


def expected_errors(transition: Transition, values: Mapping[str, Any]) -> list[tuple[tuple[str, ...], ErrorCode]]:
    """Return the paths and codes of the problems expected of an update that changes only the status."""
    forbidden_errors = [] if transition.viewer_can_take else [(("status",), ErrorCode.FORBIDDEN)]
    missing_fields = [(("values", key), ErrorCode.REQUIRED) for key in transition.required_fields if key not in values]
    missing_comment = [(("comment",), ErrorCode.REQUIRED)] if transition.comment_required else []
    return [*forbidden_errors, *missing_fields, *missing_comment]


def codes_at(problems: tuple[Problem, ...], *path: str) -> list[ErrorCode]:
    return [problem.code for problem in problems if problem.path == path]


async def test_transitions_for_every_kind_of_member_and_set_of_roles(database: str) -> None:
    for key in TYPES:
        case = await make_case(key)
        case.tracker.values = case.filled
        for kind, roles in product(MemberKind, ROLES):
            actor = await make_viewer(case, kind, roles)
            for case.tracker.status in TrackerStatus:
                await check_transitions(case, actor)


async def test_transitions_for_every_form(database: str) -> None:
    for key in TYPES:
        case = await make_case(key)
        actor = await make_viewer(case, MemberKind.ADMINISTRATOR, list(Role))
        required = 0
        for values, status in product(values_to_try(case), TrackerStatus):
            case.tracker.values, case.tracker.status = values, status
            required += sum(len(transition.required_fields) for transition in await check_transitions(case, actor))
        assert (required > 0) == any(field.required_for for field in case.definition.fields), key


async def test_transitions_for_creators_and_for_the_last_editor_of_the_values(database: str) -> None:
    for key in TYPES:
        case = await make_case(key)
        case.tracker.values = case.filled
        can_take = set()
        for four_eyes, roles in product((False, True), ([], APPROVER, list(Role))):
            await ProcessAutomation.filter(key=key).update(four_eyes=four_eyes)
            actor = await make_viewer(case, MemberKind.TUTOR, roles)
            member_ids, statuses = (actor.member_id, OTHER_MEMBER_ID), (TrackerStatus.NEW, TrackerStatus.APPROVED)
            for created_by, changed_by, status in product(member_ids, member_ids, statuses):
                case.tracker.created_by_id, case.tracker.values_changed_by_id = created_by, changed_by
                case.tracker.status = status
                can_take |= {transition.viewer_can_take for transition in await check_transitions(case, actor)}
        is_automation = (await TrackerType.get(id=case.tracker.type_id)).category == "PROCESS_AUTOMATION"
        assert can_take == ({True, False} if is_automation else {True}), key


async def test_neither_the_creator_nor_the_last_editor_of_the_values_approves(database: str) -> None:
    case = await make_case("CHANGE_OF_ADDRESS")
    await ProcessAutomation.all().update(four_eyes=True)
    approver, other = [await make_viewer(case, MemberKind.ADMINISTRATOR, APPROVER) for _ in range(2)]
    case.tracker.values = case.filled

    async def may_approve(actor: Viewer, created_by: Viewer, changed_by: Viewer | None) -> bool:
        case.tracker.created_by_id = created_by.member_id
        case.tracker.values_changed_by_id = changed_by.member_id if changed_by else None
        (transition,) = [
            listed for listed in await check_transitions(case, actor) if listed.to == TrackerStatus.APPROVED
        ]
        return transition.viewer_can_take

    assert not await may_approve(approver, approver, None)
    assert not await may_approve(approver, approver, other)
    assert not await may_approve(approver, other, approver)
    assert await may_approve(approver, other, None)
    assert await may_approve(approver, other, other)
    case.tracker.status = TrackerStatus.APPROVED  # any approver may retry applying it
    assert await may_approve(approver, approver, approver)
