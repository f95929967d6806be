"""Generation of plans of demo trackers, with their learners, values and events."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from models import Member, MemberKind, Role, TrackerCategory, TrackerType
from services.demo.automation_values import AUTOMATION_VALUES
from services.demo.cases import Case, OrganisationData, to_canonical_values
from services.demo.end_states import EndState, journeys_for, random_opening_date
from services.demo.events import PlannedEvent, plan_events
from services.demo.journeys import Journey
from services.demo.learners import LearnerRecord
from services.demo.plain_values import PLAIN_VALUES
from services.forms.field_visibility import visible_fields
from services.forms.kinds.types import CanonicalValue
from services.tracker_types.versions import TypeVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentType:
    """A tracker type with its newest version."""

    row: TrackerType
    version: TypeVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerPlan:
    """A tracker to insert, with its events."""

    type: CurrentType
    case: Case
    creator: Member
    assignee: Member | None
    description: str
    due_date: dt.date | None
    values: Mapping[str, CanonicalValue]
    events: Sequence[PlannedEvent]


def plan_trackers(
    counts: Mapping[str, Mapping[str, int]],
    types: Mapping[str, CurrentType],
    organisation: OrganisationData,
    examples: Mapping[str, Any],
    today: dt.date,
) -> list[TrackerPlan]:
    """Return the plans of an organisation's trackers, oldest first.

    ``counts`` has the number of trackers of each type in each end state, and ``examples`` the contents of
    ``trackers.toml``.
    """
    random = organisation.people.random
    rotations = {journey: _rotate_learners(organisation, journey) for journey in Journey}
    plans = []
    for key, count_by_state in counts.items():
        for end_state in (EndState(name) for name, count in count_by_state.items() for _ in range(count)):
            current_type = types[key]
            is_automation = current_type.row.category == TrackerCategory.PROCESS_AUTOMATION
            if is_automation:
                record = _next_record(key, end_state, organisation, rotations)
            else:
                record = random.choice(organisation.records)
            case = Case(
                type_key=key,
                definition=current_type.version.definition,
                is_automation=is_automation,
                end_state=end_state,
                record=record,
                opened=random_opening_date(key, end_state, record, today, random),
                today=today,
                organisation=organisation,
            )
            plans.append(_make_plan(current_type, case, examples))
    return sorted(plans, key=lambda plan: plan.events[0].at)


def _rotate_learners(organisation: OrganisationData, journey: Journey) -> Iterator[LearnerRecord]:
    """Yield the learners of a journey in rotation, so that no two open automations are about the same learner."""
    records = [record for record in organisation.records if record.journey is journey]
    organisation.people.random.shuffle(records)
    return cycle(records)


def _next_record(
    key: str,
    end_state: EndState,
    organisation: OrganisationData,
    rotations: Mapping[Journey, Iterator[LearnerRecord]],
) -> LearnerRecord:
    """Return the next learner that an automation in this end state can be about."""
    rotation = rotations[organisation.people.random.choice(journeys_for(key, end_state))]
    if key != "CHANGE_OF_EMPLOYER" or end_state is not EndState.RESOLVED:
        return next(rotation)
    confirmed = {employer.id for employer in organisation.employers if employer.confirmed}
    return next(record for record in rotation if record.learner.employer_id in confirmed)


def _make_plan(current_type: CurrentType, case: Case, examples: Mapping[str, Any]) -> TrackerPlan:
    example = case.random.choice([example for example in examples[case.type_key] if _is_possible(example, case)])
    make_values = (AUTOMATION_VALUES if case.is_automation else PLAIN_VALUES)[case.type_key]
    filled_values = to_canonical_values(example["values"] | make_values(case))
    visible = visible_fields(case.definition, filled_values)
    values = {key: value for key, value in filled_values.items() if key in visible}
    creator = _choose_creator(case)
    assignee = _choose_assignee(case, creator)
    due_date = case.random_date(7, 42) if case.random.random() < 0.7 else None
    return TrackerPlan(
        type=current_type,
        case=case,
        creator=creator,
        assignee=assignee,
        description=example["description"],
        due_date=due_date,
        values=values,
        events=plan_events(case, creator, assignee, values, examples["comments"]),
    )


def _is_possible(example: Mapping[str, Any], case: Case) -> bool:
    # A legal change of name needs a document before it can be approved, and the demo data has no files.
    is_approved = case.end_state in (EndState.APPROVED, EndState.FAILED, EndState.RESOLVED)
    return not (is_approved and example["values"].get("isLegalChange"))


def _choose_creator(case: Case) -> Member:
    """Return a random creator with the required roles: an administrator, or the learner's tutor in half the cases."""
    if case.is_automation:
        return case.random.choice(
            case.organisation.members_with_roles(Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS)
        )
    creators = case.organisation.members_with_roles(Role.CREATE_TRACKERS)
    tutor = next((member for member in creators if member.id == case.learner.tutor_id), None)
    if tutor and case.random.random() < 0.5:
        return tutor
    return case.random.choice([member for member in creators if member.kind == MemberKind.ADMINISTRATOR])


def _choose_assignee(case: Case, creator: Member) -> Member | None:
    """Return a random assignee: the creator, an administrator, or None."""
    chance = case.random.random()
    if chance < 0.12:
        return None
    return creator if chance < 0.25 else case.random.choice(case.organisation.administrators)
