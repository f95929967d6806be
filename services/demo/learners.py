"""The learners of the demo data, as an import would have read them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from models import Learner, LearningAim
from services.demo.people import People, uln_from
from services.demo.stories import Story, aims_of
from services.imports.entry import EmployerMention, LearnerEntry
from services.imports.match_aims import AimChanges
from services.imports.write import LearnerWrite, write_learners
from services.kernel.dates import local_date

_HOURS = ("16", "20", "22.5", "30", "35", "37", "37.5", "40")


@dataclass(frozen=True, slots=True)
class Person:
    """A learner of the database with their aims and story."""

    story: Story
    learner: Learner
    aims: Sequence[LearningAim]


async def write_people(
    organisation_id: UUID,
    provider: Mapping[str, Any],
    tutors: Sequence[str],
    now: dt.datetime,
    people: People,
) -> list[Person]:
    """Write the learners of a provider with all they are filed under, as an import of ``now`` would."""
    stories = [Story(story) for story, count in provider["learners"].items() for _ in range(count)]
    day = local_date(now)
    entries = [_entry(number, story, provider, tutors, day, people) for number, story in enumerate(stories, 1)]
    begun = now - dt.timedelta(days=180)
    await write_learners(
        organisation_id, begun, [LearnerWrite(one, None, AimChanges(one.aims or [])) for one in entries]
    )
    learners = {row.reference: row for row in await Learner.filter(organisation_id=organisation_id)}
    aims: dict[UUID, list[LearningAim]] = {row.id: [] for row in learners.values()}
    for aim in await LearningAim.filter(organisation_id=organisation_id).order_by("sequence"):
        aims[aim.learner_id].append(aim)
    found = [learners[entry.reference] for entry in entries]
    return [Person(story, row, aims[row.id]) for story, row in zip(stories, found, strict=True)]


def _entry(
    number: int, story: Story, provider: Mapping[str, Any], tutors: Sequence[str], today: dt.date, people: People
) -> LearnerEntry:
    draw = people.draw
    reference = f"{provider['prefix']}{number:04}"
    programme = draw.choice(provider["programme"])
    employer = provider["employer"][number % len(provider["employer"])]
    # Learners come in blocks of one story, so that taking turns gives every tutor some of each.
    tutor = [*tutors, None][number % (len(tutors) + 1)]
    values = {
        **people.name(),
        **people.address(provider["towns"]),
        "uln": uln_from(provider["first_uln"] + 37 * number),
        "programme": programme["name"],
        "sub_programme": draw.choice(programme["parts"]),
        "programme_status": story.programme_status,
        "tutor_email": tutor,
        "employer": EmployerMention(employer["name"], employer.get("number"), employer["confirmed"]),
        "job_title": draw.choice(programme["jobs"]),
        "weekly_hours": Decimal(draw.choice(_HOURS)),
        "workplace_postcode": employer["postcode"],
        "groups": tuple(sorted(draw.sample(provider["groups"], draw.choice((1, 1, 2))))),
    }
    aims = [
        replace(aim, software_aim_id=f"{reference}-{aim.sequence}")
        for aim in aims_of(story, _studied(story, programme, provider, draw), today, draw)
    ]
    return LearnerEntry(number, reference, values, aims)


def _studied(
    story: Story, programme: Mapping[str, Any], provider: Mapping[str, Any], draw: Random
) -> Mapping[str, Any]:
    """The programme that the aims belong to: of a learner who is changing it, still the one before."""
    if story is not Story.PENDING_CHANGE:
        return programme
    before: Mapping[str, Any] = draw.choice([one for one in provider["programme"] if one is not programme])
    return before
