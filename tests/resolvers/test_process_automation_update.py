"""updateProcessAutomation: who may, what is refused, and what the audit keeps."""

from typing import Any

from models import AuditEntry, Member, ProcessAutomation, Role, Tracker
from tests.support import factories as make
from tests.support.clients.graphql import ask, data, gid
from tests.support.scenarios.automation_forms import NAME
from tests.support.scenarios.automations import office
from tests.support.scenarios.college import PROBLEM, problem

UPDATE = f"""
mutation ($input: UpdateProcessAutomationInput!) {{
  updateProcessAutomation(input: $input) {{
    processAutomation {{ id key name enabled fourEyes }} errors {{ {PROBLEM} }}
  }}
}}
"""
TYPES = '{ trackerTypes(category: [PROCESS_AUTOMATION]) { key } trackerType(key: "CHANGE_OF_NAME") { key } }'


async def manager() -> tuple[Member, ProcessAutomation]:
    """Who may set the automations, and one of their organisation's, which is off."""
    organisation = await make.organisation()
    member = await make.member(organisation, roles=[Role.MANAGE_SETTINGS])
    return member, await ProcessAutomation.create(organisation=organisation, key="CHANGE_OF_NAME")


async def update(member: Member, **entry: Any) -> Any:
    return (await data(member, UPDATE, input=entry))["updateProcessAutomation"]


async def audited() -> list[tuple[Any, ...]]:
    entries = await AuditEntry.all().order_by("at", "id").prefetch_related("actor")
    return [(one.kind.value, one.organisation_id, one.actor_id, one.subject_id, one.details) for one in entries]


async def test_what_is_absent_stays_and_every_change_is_kept_in_the_audit(database: str) -> None:
    mia, automation = await manager()
    found = {"id": gid(automation), "key": "CHANGE_OF_NAME", "name": "Change of learner name"}
    on = found | {"enabled": True, "fourEyes": False}
    both = found | {"enabled": True, "fourEyes": True}
    key = "CHANGE_OF_NAME"
    assert await update(mia, key=key) == {"processAutomation": on | {"enabled": False}, "errors": []}
    assert await update(mia, key=key, enabled=True) == {"processAutomation": on, "errors": []}
    assert await update(mia, key=key, fourEyes=True) == {"processAutomation": both, "errors": []}
    assert await update(mia, key=key, enabled=True, fourEyes=True) == {"processAutomation": both, "errors": []}

    def kept(before: tuple[bool, bool], after: tuple[bool, bool]) -> tuple[Any, ...]:
        sides = {
            name: {"enabled": enabled, "fourEyes": four_eyes}
            for name, (enabled, four_eyes) in {"before": before, "after": after}.items()
        }
        return "AUTOMATION_UPDATED", mia.organisation_id, mia.id, automation.id, {"key": key} | sides

    assert await audited() == [kept((False, False), (True, False)), kept((True, False), (True, True))]


async def test_enabled_it_is_offered_and_disabled_what_there_is_stays_usable(database: str) -> None:
    house = await office()
    mia = await make.member(house.organisation, roles=[Role.MANAGE_SETTINGS])
    tracker = await house.raised("CHANGE_OF_NAME", NAME)
    await update(mia, key="CHANGE_OF_NAME", enabled=False)
    offered = await data(mia, TYPES)
    assert "CHANGE_OF_NAME" not in [one["key"] for one in offered["trackerTypes"]]
    assert offered["trackerType"] is None
    assert (await house.approved(tracker)).status == "RESOLVED"
    await update(mia, key="CHANGE_OF_NAME", enabled=True)
    assert (await data(mia, TYPES))["trackerType"] == {"key": "CHANGE_OF_NAME"}


async def test_what_is_refused_changes_nothing(database: str) -> None:
    mia, automation = await manager()
    await ProcessAutomation.create(organisation=await make.organisation(), key="WITHDRAWAL")  # another's
    unknown = problem("key", "NOT_FOUND", "There is no such process automation.")
    message = "It is either so or not; leave it out to keep it."
    required = [problem(path, "REQUIRED", message) for path in ("enabled", "fourEyes")]
    refused = {"processAutomation": None}
    for key in ("WITHDRAWAL", "JOB", "", "\0", "Ž"):
        assert await update(mia, key=key, enabled=True) == refused | {"errors": [unknown]}
    assert await update(mia, key="?", enabled=None, fourEyes=None) == refused | {"errors": [unknown, *required]}
    given = {"key": "CHANGE_OF_NAME", "enabled": True, "fourEyes": None}
    assert await update(mia, **given) == refused | {"errors": required[1:]}
    assert await ProcessAutomation.filter(enabled=True).count() == 0
    assert await audited() == []
    assert (await ProcessAutomation.get(id=automation.id)).four_eyes is False


async def test_it_needs_the_role(database: str) -> None:
    mia, _ = await manager()
    others = [role for role in Role if role != Role.MANAGE_SETTINGS]
    member = await make.member(await mia.organisation, roles=others)
    answer = await ask(member, UPDATE, input={"key": "CHANGE_OF_NAME", "enabled": True})
    assert answer["data"] == {"updateProcessAutomation": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert await ProcessAutomation.filter(enabled=True).count() == 0
    assert await Tracker.all().count() == 0
