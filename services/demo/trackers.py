"""The trackers of the demo data: planned one by one, then numbered in the order in which they were opened."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from models import Member, MemberKind, Role, TrackerCategory, TrackerType
from services.demo.automation_forms import AUTOMATION_FORMS
from services.demo.cases import Case, Cast, canonical
from services.demo.endings import Ending, opened_on, stories_for
from services.demo.histories import Step, history
from services.demo.learners import Person
from services.demo.plain_forms import PLAIN_FORMS
from services.demo.stories import Story
from services.forms.kinds import CanonicalValue
from services.forms.visibility import visible_fields
from services.tracker_types.catalogue import TypeVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeInUse:
    """A type with its newest form."""

    type: TrackerType
    form: TypeVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A tracker to be written, with its history."""

    of: TypeInUse
    case: Case
    creator: Member
    assignee: Member | None
    description: str
    due_date: dt.date | None
    values: Mapping[str, CanonicalValue]
    steps: Sequence[Step]


def plan_trackers(
    endings: Mapping[str, Mapping[str, int]],
    types: Mapping[str, TypeInUse],
    cast: Cast,
    words: Mapping[str, Any],
    today: dt.date,
) -> list[Plan]:
    """As many trackers of each type as are asked for, the oldest first."""
    draw = cast.people.draw
    turns = {story: _in_turn(cast, story) for story in Story}
    plans = []
    for key, counts in endings.items():
        for ending in (Ending(name) for name, count in counts.items() for _ in range(count)):
            of = types[key]
            automation = of.type.category == TrackerCategory.PROCESS_AUTOMATION
            person = _person(key, ending, cast, turns) if automation else draw.choice(cast.persons)
            case = Case(
                type_key=key,
                definition=of.form.definition,
                automation=automation,
                ending=ending,
                person=person,
                opened=opened_on(key, ending, person, today, draw),
                today=today,
                cast=cast,
            )
            plans.append(_plan(of, case, words))
    return sorted(plans, key=lambda plan: plan.steps[0].at)


def _in_turn(cast: Cast, story: Story) -> Iterator[Person]:
    """Each learner of a story before any comes twice, so that no two open automations are about one."""
    persons = [person for person in cast.persons if person.story is story]
    cast.people.draw.shuffle(persons)
    return cycle(persons)


def _person(key: str, ending: Ending, cast: Cast, turns: Mapping[Story, Iterator[Person]]) -> Person:
    in_turn = turns[cast.people.draw.choice(stories_for(key, ending))]
    if key != "CHANGE_OF_EMPLOYER" or ending is not Ending.RESOLVED:
        return next(in_turn)
    confirmed = {employer.id for employer in cast.employers if employer.confirmed}
    return next(person for person in in_turn if person.learner.employer_id in confirmed)


def _plan(of: TypeInUse, case: Case, words: Mapping[str, Any]) -> Plan:
    example = case.draw.choice([one for one in words[case.type_key] if _fits(one, case)])
    fill_in = (AUTOMATION_FORMS if case.automation else PLAIN_FORMS)[case.type_key]
    filled = canonical(example["values"] | fill_in(case))
    there = visible_fields(case.definition, filled)
    values = {key: value for key, value in filled.items() if key in there}
    creator = _creator(case)
    assignee = _assignee(case, creator)
    due = case.day(7, 42) if case.draw.random() < 0.7 else None
    return Plan(
        of=of,
        case=case,
        creator=creator,
        assignee=assignee,
        description=example["description"],
        due_date=due,
        values=values,
        steps=history(case, creator, assignee, values, words["comments"]),
    )


def _fits(example: Mapping[str, Any], case: Case) -> bool:
    """A legal change of name needs a document before it is approved, and the demo data has no files."""
    approved = case.ending in (Ending.APPROVED, Ending.FAILED, Ending.RESOLVED)
    return not (approved and example["values"].get("isLegalChange"))


def _creator(case: Case) -> Member:
    """An administrator, or for half of a tutor's learners the tutor, if their roles permit it."""
    if case.automation:
        return case.draw.choice(case.cast.holders(Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS))
    creators = case.cast.holders(Role.CREATE_TRACKERS)
    tutor = next((one for one in creators if one.id == case.learner.tutor_id), None)
    if tutor and case.draw.random() < 0.5:
        return tutor
    return case.draw.choice([one for one in creators if one.kind == MemberKind.ADMINISTRATOR])


def _assignee(case: Case, creator: Member) -> Member | None:
    """Nobody, the creator, or an administrator."""
    chance = case.draw.random()
    if chance < 0.12:
        return None
    return creator if chance < 0.25 else case.draw.choice(case.cast.administrators)
