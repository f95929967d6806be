"""Generation of the demo learners, which are inserted by the same code as imported learners."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from models import Learner, LearningAim
from services.demo.journeys import Journey, make_aims
from services.demo.people import PersonGenerator, make_uln
from services.imports.entry import EmployerReference, LearnerEntry
from services.imports.match_aims import AimChanges
from services.imports.write import LearnerWrite, write_learners
from services.kernel.dates import local_date

_HOURS = ("16", "20", "22.5", "30", "35", "37", "37.5", "40")


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """The rows of a learner and their learning aims, and the journey from which they were generated."""

    journey: Journey
    learner: Learner
    aims: Sequence[LearningAim]


async def insert_learners(
    organisation_id: UUID,
    provider: Mapping[str, Any],
    tutors: Sequence[str],
    now: dt.datetime,
    people: PersonGenerator,
) -> list[LearnerRecord]:
    """Insert the learners of a provider, with their aims, groups, programmes and employers.

    ``provider`` is an entry of ``providers.toml``, and ``tutors`` has the email addresses of its tutors.
    """
    journeys = [Journey(journey) for journey, count in provider["learners"].items() for _ in range(count)]
    today = local_date(now)
    entries = [
        _make_entry(number, journey, provider, tutors, today, people) for number, journey in enumerate(journeys, 1)
    ]
    imported_at = now - dt.timedelta(days=180)
    await write_learners(
        organisation_id, imported_at, [LearnerWrite(entry, None, AimChanges(entry.aims or [])) for entry in entries]
    )
    learners = {row.reference: row for row in await Learner.filter(organisation_id=organisation_id)}
    aims: dict[UUID, list[LearningAim]] = {row.id: [] for row in learners.values()}
    for aim in await LearningAim.filter(organisation_id=organisation_id).order_by("sequence"):
        aims[aim.learner_id].append(aim)
    rows = [learners[entry.reference] for entry in entries]
    return [LearnerRecord(journey, row, aims[row.id]) for journey, row in zip(journeys, rows, strict=True)]


def _make_entry(
    number: int,
    journey: Journey,
    provider: Mapping[str, Any],
    tutors: Sequence[str],
    today: dt.date,
    people: PersonGenerator,
) -> LearnerEntry:
    random = people.random
    reference = f"{provider['prefix']}{number:04}"
    programme = random.choice(provider["programme"])
    employer = provider["employer"][number % len(provider["employer"])]
    values = {
        **people.make_name(),
        **people.make_address(provider["towns"]),
        "uln": make_uln(provider["first_uln"] + 37 * number),
        "programme": programme["name"],
        "sub_programme": random.choice(programme["parts"]),
        "programme_status": journey.programme_status,
        # Learners are ordered by journey, so that each tutor gets learners of every journey.
        "tutor_email": [*tutors, None][number % (len(tutors) + 1)],
        **_employment(employer, programme, random),
        "groups": tuple(sorted(random.sample(provider["groups"], random.choice((1, 1, 2))))),
    }
    aims = make_aims(journey, _enrolled_programme(journey, programme, provider, random), today, random)
    for aim in aims:
        aim.software_aim_id = f"{reference}-{aim.sequence}"
    return LearnerEntry(number, reference, values, aims)


def _employment(employer: Mapping[str, Any], programme: Mapping[str, Any], random: Random) -> dict[str, Any]:
    """Return the values of a learner's job with an employer."""
    return {
        "employer": EmployerReference(employer["name"], employer.get("number"), employer["confirmed"]),
        "job_title": random.choice(programme["jobs"]),
        "weekly_hours": Decimal(random.choice(_HOURS)),
        "workplace_postcode": employer["postcode"],
    }


def _enrolled_programme(
    journey: Journey, programme: Mapping[str, Any], provider: Mapping[str, Any], random: Random
) -> Mapping[str, Any]:
    """Return the programme of the learner's aims; if the learner is changing programme, a random other programme."""
    if journey is not Journey.PENDING_CHANGE:
        return programme
    previous: Mapping[str, Any] = random.choice([other for other in provider["programme"] if other is not programme])
    return previous
