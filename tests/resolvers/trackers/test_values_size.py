"""The size of a tracker's values, all of them together."""

from typing import Any

from models import Role, Tracker, TrackerCategory, TrackerType, TrackerTypeVersion
from services.forms.definitions import TextField, TypeDefinition
from services.forms.documents import definition_to_document
from tests.support import factories as make
from tests.support.clients.graphql import data, gid

CREATE = """
mutation ($input: CreateTrackerInput!) { createTracker(input: $input) { tracker { id } errors { code path } } }
"""
UPDATE = """
mutation ($input: UpdateTrackerInput!) { updateTracker(input: $input) { tracker { version } errors { code path } } }
"""
LONG = "x" * 90_000
TOO_LARGE = [{"code": "TOO_LARGE", "path": ["values"]}]


def values(*keys: str) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"text": LONG}} for key in keys]


async def test_the_values_of_a_tracker_are_limited_together(database: str) -> None:
    organisation = await make.organisation()
    ada = await make.member(organisation, roles=[Role.CREATE_TRACKERS])
    type_ = await TrackerType.create(
        organisation=organisation, key="TEXTS", name="Texts", category=TrackerCategory.CUSTOM
    )
    fields = tuple(TextField(key=key, label="Text", max_length=100_000) for key in ("one", "two", "three"))
    document = definition_to_document(TypeDefinition(fields=fields))
    await TrackerTypeVersion.create(type=type_, version=1, definition=document)
    entry = {"type": "TEXTS", "learnerId": gid(await make.learner(organisation))}
    refused = await data(ada, CREATE, input=entry | {"values": values("one", "two", "three")})
    assert refused == {"createTracker": {"tracker": None, "errors": TOO_LARGE}}
    created = await data(ada, CREATE, input=entry | {"values": values("one", "two")})
    assert created["createTracker"]["errors"] == []
    update = {"id": created["createTracker"]["tracker"]["id"], "version": 1, "values": values("three")}
    assert await data(ada, UPDATE, input=update) == {"updateTracker": {"tracker": None, "errors": TOO_LARGE}}
    stored = await Tracker.get()
    assert sorted(stored.values) == ["one", "two"]
