"""``updateProcessAutomation``: permissions, errors and audit entries."""

from typing import Any

from models import AuditEntry, Member, ProcessAutomation, Role, Tracker
from tests.support import factories as make
from tests.support.clients.graphql import ask, data, gid
from tests.support.scenarios.automations import make_provider
from tests.support.scenarios.college import PROBLEM_FIELDS, problem
from tests.support.scenarios.form_samples.automation_forms import NEW_NAME

UPDATE = f"""
mutation ($input: UpdateProcessAutomationInput!) {{
  updateProcessAutomation(input: $input) {{
    processAutomation {{ id key name enabled fourEyes }} errors {{ {PROBLEM_FIELDS} }}
  }}
}}
"""
TYPES = '{ trackerTypes(category: [PROCESS_AUTOMATION]) { key } trackerType(key: "CHANGE_OF_NAME") { key } }'


async def make_manager() -> tuple[Member, ProcessAutomation]:
    """Create a member with the role MANAGE_SETTINGS, and a disabled automation of their organisation."""
    organisation = await make.organisation()
    member = await make.member(organisation, roles=[Role.MANAGE_SETTINGS])
    return member, await ProcessAutomation.create(organisation=organisation, key="CHANGE_OF_NAME")


async def update(member: Member, **entry: Any) -> Any:
    return (await data(member, UPDATE, input=entry))["updateProcessAutomation"]


async def audit_entries() -> list[tuple[Any, ...]]:
    entries = await AuditEntry.all().order_by("at", "id").prefetch_related("actor")
    return [
        (entry.kind.value, entry.organisation_id, entry.actor_id, entry.subject_id, entry.details) for entry in entries
    ]


async def test_absent_fields_keep_their_values_and_changes_are_audited(database: str) -> None:
    mia, automation = await make_manager()
    common = {"id": gid(automation), "key": "CHANGE_OF_NAME", "name": "Change of learner name"}
    enabled = common | {"enabled": True, "fourEyes": False}
    enabled_with_four_eyes = common | {"enabled": True, "fourEyes": True}
    key = "CHANGE_OF_NAME"
    assert await update(mia, key=key) == {"processAutomation": enabled | {"enabled": False}, "errors": []}
    assert await update(mia, key=key, enabled=True) == {"processAutomation": enabled, "errors": []}
    assert await update(mia, key=key, fourEyes=True) == {"processAutomation": enabled_with_four_eyes, "errors": []}
    assert await update(mia, key=key, enabled=True, fourEyes=True) == {
        "processAutomation": enabled_with_four_eyes,
        "errors": [],
    }

    def audit_entry(before: tuple[bool, bool], after: tuple[bool, bool]) -> tuple[Any, ...]:
        states = {
            name: {"enabled": is_enabled, "fourEyes": four_eyes}
            for name, (is_enabled, four_eyes) in {"before": before, "after": after}.items()
        }
        return "AUTOMATION_UPDATED", mia.organisation_id, mia.id, automation.id, {"key": key} | states

    assert await audit_entries() == [
        audit_entry((False, False), (True, False)),
        audit_entry((True, False), (True, True)),
    ]


async def test_trackers_of_a_disabled_automation_can_still_be_approved(database: str) -> None:
    provider = await make_provider()
    mia = await make.member(provider.organisation, roles=[Role.MANAGE_SETTINGS])
    tracker = await provider.create("CHANGE_OF_NAME", NEW_NAME)
    await update(mia, key="CHANGE_OF_NAME", enabled=False)
    types = await data(mia, TYPES)
    assert "CHANGE_OF_NAME" not in [node["key"] for node in types["trackerTypes"]]
    assert types["trackerType"] is None
    assert (await provider.approve(tracker)).status == "RESOLVED"
    await update(mia, key="CHANGE_OF_NAME", enabled=True)
    assert (await data(mia, TYPES))["trackerType"] == {"key": "CHANGE_OF_NAME"}


async def test_an_invalid_input_changes_nothing(database: str) -> None:
    mia, automation = await make_manager()
    await ProcessAutomation.create(organisation=await make.organisation(), key="WITHDRAWAL")  # another organisation's
    unknown = problem("key", "NOT_FOUND", "There is no such process automation.")
    message = "It must be true or false; leave it out to keep it."
    required = [problem(path, "REQUIRED", message) for path in ("enabled", "fourEyes")]
    refused = {"processAutomation": None}
    for key in ("WITHDRAWAL", "JOB", "", "\0", "Ž"):
        assert await update(mia, key=key, enabled=True) == refused | {"errors": [unknown]}
    assert await update(mia, key="?", enabled=None, fourEyes=None) == refused | {"errors": [unknown, *required]}
    entry = {"key": "CHANGE_OF_NAME", "enabled": True, "fourEyes": None}
    assert await update(mia, **entry) == refused | {"errors": required[1:]}
    assert await ProcessAutomation.filter(enabled=True).count() == 0
    assert await audit_entries() == []
    assert (await ProcessAutomation.get(id=automation.id)).four_eyes is False


async def test_the_mutation_needs_its_role(database: str) -> None:
    mia, _ = await make_manager()
    others = [role for role in Role if role != Role.MANAGE_SETTINGS]
    member = await make.member(await mia.organisation, roles=others)
    answer = await ask(member, UPDATE, input={"key": "CHANGE_OF_NAME", "enabled": True})
    assert answer["data"] == {"updateProcessAutomation": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert await ProcessAutomation.filter(enabled=True).count() == 0
    assert await Tracker.all().count() == 0
