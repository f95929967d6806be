"""A small provider whose staff open trackers, and what tests of that ask and look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models import (
    Employer,
    Inbox,
    Learner,
    Mail,
    Member,
    MemberKind,
    Notification,
    Organisation,
    OrganisationCounter,
    ProcessAutomation,
    Role,
    Tracker,
    TrackerCategory,
    TrackerEvent,
    TrackerType,
)
from tests.support import factories as make
from tests.support.clients.graphql import data, gid

PROBLEM = "path code message parameters { name value } rule"
CREATE = f"""
mutation ($input: CreateTrackerInput!) {{
  createTracker(input: $input) {{ tracker {{ id number }} trackerEdge {{ cursor }} errors {{ {PROBLEM} }} }}
}}
"""
VALIDATE = f"query ($input: CreateTrackerInput!) {{ validateTracker(input: $input) {{ {PROBLEM} }} }}"

OPENS = (Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS)

Json = dict[str, Any]


@dataclass(frozen=True)
class College:
    """An organisation with every process automation: two administrators, a tutor, and the tutor's learner."""

    organisation: Organisation
    ada: Member
    bob: Member
    tina: Member
    learner: Learner
    employer: Employer

    def job(self, **entries: Any) -> Json:
        """A right entry of a JOB about the learner, with some of it replaced."""
        values = [
            text("jobTitle", "Baker"),
            {"key": "organisation", "value": {"reference": gid(self.employer)}},
            day("startDate", "2026-09-01"),
        ]
        return {"type": "JOB", "learnerId": gid(self.learner), "values": values} | entries


async def college(*, automations: bool = True) -> College:
    """Ada may open everything, Bob nothing, Tina plain trackers; the learner is Tina's."""
    organisation = await make.organisation()
    if automations:
        await enable_automations(organisation)
    tina = await make.member(organisation, kind=MemberKind.TUTOR, name="Tina", roles=[Role.CREATE_TRACKERS])
    return College(
        organisation=organisation,
        ada=await make.member(organisation, name="Ada", roles=OPENS),
        bob=await make.member(organisation, name="Bob"),
        tina=tina,
        learner=await make.learner(organisation, tutor=tina),
        employer=await make.employer(organisation, name="Acme"),
    )


async def enable_automations(organisation: Organisation, *, four_eyes: bool = False) -> None:
    """Enable every process automation there is."""
    for kind in await TrackerType.filter(category=TrackerCategory.PROCESS_AUTOMATION, organisation_id=None):
        await ProcessAutomation.create(organisation=organisation, key=kind.key, enabled=True, four_eyes=four_eyes)


def text(key: str, value: str) -> Json:
    return {"key": key, "value": {"text": value}}


def day(key: str, value: object) -> Json:
    return {"key": key, "value": {"date": str(value)}}


def chosen(key: str, *values: str) -> Json:
    return {"key": key, "value": {"choices": list(values)}}


def ticked(*keys: str) -> list[Json]:
    return [{"key": key, "value": {"boolean": True}} for key in keys]


def problem(path: str, code: str, message: str, rule: str | None = None, **parameters: object) -> Json:
    """A problem as the API tells it; ``path`` is joined by dots."""
    figures = [{"name": name, "value": str(value)} for name, value in parameters.items()]
    return {"path": path.split("."), "code": code, "message": message, "parameters": figures, "rule": rule}


async def create(member: Member, entry: Json) -> Json:
    """The payload of createTracker."""
    payload: Json = (await data(member, CREATE, input=entry))["createTracker"]
    return payload


async def created(member: Member, entry: Json) -> int:
    """The number of the tracker that an entry makes."""
    payload = await create(member, entry)
    assert payload["errors"] == []
    number: int = payload["tracker"]["number"]
    return number


async def refused(member: Member, entry: Json) -> list[Json]:
    """The problems of an entry: told alike by createTracker and its dry run, and nothing at all came of it."""
    before = await everything_written()
    payload = await create(member, entry)
    assert payload["tracker"] is None
    assert payload["trackerEdge"] is None
    problems: list[Json] = payload["errors"]
    assert (await data(member, VALIDATE, input=entry))["validateTracker"] == problems
    assert await everything_written() == before
    return problems


async def refusals(member: Member, entries: dict[str, Json]) -> dict[str, list[Json]]:
    """The problems of many entries, by name."""
    return {name: await refused(member, entry) for name, entry in entries.items()}


async def everything_written() -> dict[str, Sequence[object]]:
    """What opening trackers leaves behind: rows and counters."""
    return {
        "trackers": await Tracker.all().order_by("number").values_list("id", "number", "version"),
        "history": await TrackerEvent.all().order_by("id").values_list("id", flat=True),
        "notifications": await Notification.all().order_by("id").values_list("id", "cursor"),
        "mails": await Mail.all().order_by("id").values_list("id", flat=True),
        "numbers": await OrganisationCounter.all().order_by("organisation_id").values_list("trackers", flat=True),
        "cursors": await Inbox.all().order_by("member_id").values_list("cursor", flat=True),
    }
