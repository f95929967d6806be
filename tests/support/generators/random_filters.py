"""Random filters of the random trackers, and the fields of orders."""

import datetime as dt
from random import Random
from typing import Any

from models import Employer, Learner, Member, Organisation, Programme, ProgrammeStatus, TrackerStatus
from services.kernel.dates import today
from tests.support.clients.graphql import gid
from tests.support.scenarios.expected_trackers import Json

ORDERS = ["CREATED_AT", "UPDATED_AT", "DUE_DATE", "STATUS", "TYPE", "LEARNER", "ASSIGNEE", "CREATED_BY", "NUMBER"]
SEARCHES = [
    "smeth", "SMÉTH", "o'n", "la cruz", "angstrom", "smith-j", "%", "_", "\\", "100%", "a_b", "25-26", "qz", "zo", "x", "-",
    "10", "1000000", "12", "7", "07", "#12", "#7", "#07", "#", "##7", "#1 zo", "ilr zoe", "nothing", "é",
]  # fmt: skip


async def make_filters(random: Random, organisation: Organisation, members: list[Member]) -> list[Json]:
    """Return filters: several for each field, and random combinations of two."""

    def sample(values: list[Any]) -> list[Any]:
        return random.choices(values, k=random.randint(1, 3))

    def date_range() -> Json:
        start = dt.date(2026, 3, 1) + dt.timedelta(days=random.randint(0, 60))
        end = start + dt.timedelta(days=random.choice([0, 3, 31, 500]))
        return random.choice([{"from": f"{start}"}, {"to": f"{end}"}, {"from": f"{start}", "to": f"{end}"}, {}])

    values_by_field = {
        "learnerId": [gid(learner) for learner in await Learner.filter(organisation=organisation)],
        "employerId": [gid(employer) for employer in await Employer.filter(organisation=organisation)],
        "programmeId": [gid(programme) for programme in await Programme.filter(organisation=organisation)],
        "type": ["JOB", "ILR", "OWN", "NONE"],
        "category": ["EMPLOYABILITY", "FUNDED", "CUSTOM", "PROCESS_AUTOMATION"],
        "status": [status.value for status in TrackerStatus],
        "programmeStatus": [status.value for status in ProgrammeStatus][:4],
        "group": ["A", "B", "C", "D"],
        "subProgramme": ["Part 1", "Part 2", "Part 3"],
        **{key: list(map(gid, members)) for key in ("assigneeId", "createdById", "tutorId")},
    }
    single_filters: list[Json] = [{name: sample(values)} for name, values in values_by_field.items() for _ in range(2)]
    single_filters += [{name: date_range()} for name in ("created", "updated", "due") for _ in range(3)]
    single_filters += [{"due": {"to": f"{today()}"}}, {"due": {"from": f"{today() - dt.timedelta(days=700)}"}}]
    single_filters += [{name: value} for name in ("overdue", "unassigned") for value in (True, False)]
    single_filters += [{"search": text} for text in SEARCHES]
    single_filters += [{"unassigned": True, "assigneeId": sample(values_by_field["assigneeId"])}, {}]
    return [*single_filters, *({**random.choice(single_filters), **random.choice(single_filters)} for _ in range(15))]
