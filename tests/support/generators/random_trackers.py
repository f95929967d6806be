"""Random trackers for tests of lists, with few distinct values, so that ties and nulls occur."""

import datetime as dt
from random import Random

from models import (
    Group,
    Learner,
    Member,
    MemberKind,
    Organisation,
    ProgrammeStatus,
    Tracker,
    TrackerStatus,
    TrackerType,
)
from services.kernel.dates import today
from tests.support import factories as make

_FAMILY_NAMES = ["Sméth", "Smeth", "O'Neil", "de la Cruz", "Ångström", "smith-jones"]
_DESCRIPTIONS = ["100% sure", "a_b", "back\\slash", "Zoë's ILR 25-26", "(qz)", "x", ""]


async def make_trackers(seed: int) -> tuple[Random, Organisation, list[Member]]:
    """Create sixty trackers about twelve learners; return the generator, their organisation and its members."""
    random = Random(seed)
    organisation = await make.organisation()
    kinds = [MemberKind.ADMINISTRATOR, MemberKind.ADMINISTRATOR, MemberKind.TUTOR, MemberKind.TUTOR, MemberKind.TUTOR]
    members = [
        await make.member(organisation, kind=kind, name=name)
        for kind, name in zip(kinds, ["Zed", "ann", "Ann", "Émile", "Bob"], strict=True)
    ]
    groups = [await Group.create(organisation=organisation, name=name) for name in ("A", "B", "C")]
    employers = [await make.employer(organisation) for _ in range(2)]
    programmes = [await make.programme(organisation) for _ in range(2)]
    learners = []
    for number in range(12):
        learner = await make.learner(
            organisation, tutor=random.choice([*members[2:], None]), given_names=random.choice(["Zoë", "Al"]),
            family_name=random.choice(_FAMILY_NAMES), uln=f"10000000{number:02}" if number % 3 else None,
            employer=random.choice([*employers, None]), programme=random.choice([*programmes, None]),
            sub_programme=random.choice(["Part 1", "Part 2", None]), programme_status=random.choice(list(ProgrammeStatus)[:3]),
        )  # fmt: skip
        await learner.groups.add(*random.sample(groups, random.randint(0, 2))) if number else None
        learners.append(learner)
    types = [
        *[await TrackerType.get(key=key, organisation_id=None) for key in ("JOB", "ILR", "BREAK_IN_LEARNING")],
        await make.tracker_type(organisation, key="OWN", name="an own type"),
    ]
    created_at = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
    for _ in range(60):
        created_at += dt.timedelta(hours=random.choice([0, 1, 13, 40]))
        await make_random_tracker(
            random, organisation, random.choice(types), random.choice(learners), members, created_at
        )
    return random, organisation, members


async def make_random_tracker(
    random: Random,
    organisation: Organisation,
    type_: TrackerType,
    learner: Learner,
    members: list[Member],
    created_at: dt.datetime,
) -> Tracker:
    """Create a tracker of this type about the learner, with random participants, status, description and dates."""
    return await make.tracker(
        organisation, type=type_, learner=learner,
        assignee=random.choice([*members, None, None]), created_by=random.choice([*members, None]),
        status=random.choice(list(TrackerStatus)), description=random.choice(_DESCRIPTIONS), created_at=created_at,
        updated_at=created_at + dt.timedelta(days=random.choice([0, 1, 30, 400])),
        due_date=random.choice([None, today() + dt.timedelta(days=random.choice([-700, -30, -1, 0, 1, 20]))]),
    )  # fmt: skip
