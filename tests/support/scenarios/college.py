"""A small training provider, and helpers that create trackers through the API."""

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

PROBLEM_FIELDS = "path code message parameters { name value } rule"
CREATE = f"""
mutation ($input: CreateTrackerInput!) {{
  createTracker(input: $input) {{ tracker {{ id number }} trackerEdge {{ cursor }} errors {{ {PROBLEM_FIELDS} }} }}
}}
"""
VALIDATE = f"query ($input: CreateTrackerInput!) {{ validateTracker(input: $input) {{ {PROBLEM_FIELDS} }} }}"

CREATE_ROLES = (Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS)

Json = dict[str, Any]


@dataclass(frozen=True)
class College:
    """An organisation with two administrators (Ada and Bob), a tutor (Tina), the tutor's learner, and an employer."""

    organisation: Organisation
    ada: Member
    bob: Member
    tina: Member
    learner: Learner
    employer: Employer

    def job(self, **fields: Any) -> Json:
        """Return a valid ``CreateTrackerInput`` for a JOB about the learner, with some fields replaced."""
        values = [
            text_value("jobTitle", "Baker"),
            {"key": "organisation", "value": {"reference": gid(self.employer)}},
            date_value("startDate", "2026-09-01"),
        ]
        return {"type": "JOB", "learnerId": gid(self.learner), "values": values} | fields


async def college(*, automations: bool = True) -> College:
    """Create a college in which Ada may create all trackers, Tina only plain ones, and Bob none."""
    organisation = await make.organisation()
    if automations:
        await enable_automations(organisation)
    tina = await make.member(organisation, kind=MemberKind.TUTOR, name="Tina", roles=[Role.CREATE_TRACKERS])
    return College(
        organisation=organisation,
        ada=await make.member(organisation, name="Ada", roles=CREATE_ROLES),
        bob=await make.member(organisation, name="Bob"),
        tina=tina,
        learner=await make.learner(organisation, tutor=tina),
        employer=await make.employer(organisation, name="Acme"),
    )


async def enable_automations(organisation: Organisation, *, four_eyes: bool = False) -> None:
    """Enable all process automations for an organisation."""
    for kind in await TrackerType.filter(category=TrackerCategory.PROCESS_AUTOMATION, organisation_id=None):
        await ProcessAutomation.create(organisation=organisation, key=kind.key, enabled=True, four_eyes=four_eyes)


def text_value(key: str, value: str) -> Json:
    return {"key": key, "value": {"text": value}}


def date_value(key: str, value: object) -> Json:
    return {"key": key, "value": {"date": str(value)}}


def choices_value(key: str, *values: str) -> Json:
    return {"key": key, "value": {"choices": list(values)}}


def true_values(*keys: str) -> list[Json]:
    return [{"key": key, "value": {"boolean": True}} for key in keys]


def problem(path: str, code: str, message: str, rule: str | None = None, **parameters: object) -> Json:
    """Return a problem in the form of the API; ``path`` is joined by dots."""
    parameter_list = [{"name": name, "value": str(value)} for name, value in parameters.items()]
    return {"path": path.split("."), "code": code, "message": message, "parameters": parameter_list, "rule": rule}


async def create(member: Member, entry: Json) -> Json:
    """Execute ``createTracker``, and return its payload."""
    payload: Json = (await data(member, CREATE, input=entry))["createTracker"]
    return payload


async def create_successfully(member: Member, entry: Json) -> int:
    """Create a tracker, which must succeed, and return its number."""
    payload = await create(member, entry)
    assert payload["errors"] == []
    number: int = payload["tracker"]["number"]
    return number


async def create_errors(member: Member, entry: Json) -> list[Json]:
    """Return the errors of an invalid input, checking that validation agrees and that nothing is written."""
    before = await written_rows()
    payload = await create(member, entry)
    assert payload["tracker"] is None
    assert payload["trackerEdge"] is None
    problems: list[Json] = payload["errors"]
    assert (await data(member, VALIDATE, input=entry))["validateTracker"] == problems
    assert await written_rows() == before
    return problems


async def create_errors_by_name(member: Member, entries: dict[str, Json]) -> dict[str, list[Json]]:
    """Return the errors of several invalid inputs, by name."""
    return {name: await create_errors(member, entry) for name, entry in entries.items()}


async def written_rows() -> dict[str, Sequence[object]]:
    """Return all rows and counters that the creation of a tracker writes."""
    return {
        "trackers": await Tracker.all().order_by("number").values_list("id", "number", "version"),
        "history": await TrackerEvent.all().order_by("id").values_list("id", flat=True),
        "notifications": await Notification.all().order_by("id").values_list("id", "cursor"),
        "mails": await Mail.all().order_by("id").values_list("id", flat=True),
        "numbers": await OrganisationCounter.all().order_by("organisation_id").values_list("trackers", flat=True),
        "cursors": await Inbox.all().order_by("member_id").values_list("cursor", flat=True),
    }
