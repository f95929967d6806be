"""Helpers that create and update tracker types through the API, and read the stored rows."""

from collections.abc import Sequence
from typing import Any

from models import AuditEntry, Member, Role, TrackerType, TrackerTypeVersion
from tests.support import factories as make
from tests.support.clients.graphql import data
from tests.support.scenarios.college import PROBLEM_FIELDS, College, Json

FORM = """
    key label help kind required requiredFor visibleWhen { field isOneOf }
    ... on TextField { multiline minLength maxLength format pattern patternHint }
    ... on IntegerField { minimum maximum }
    ... on DecimalField { minimum maximum places }
    ... on DateField { earliest { date today field offsetDays } latest { date today field offsetDays } }
    ... on BooleanField { default mustBeTrue }
    ... on ChoiceField { multiple choices { value label validFrom validTo } }
    ... on ReferenceField { target confirmedOnly }
    ... on FileField { accept maxBytes maxFiles }
"""
TYPE = f"id key name description category version archived viewerCanCreate fields {{ {FORM} }}"
CREATE = f"""
mutation ($input: CreateTrackerTypeInput!) {{
  createTrackerType(input: $input) {{ trackerType {{ {TYPE} }} errors {{ {PROBLEM_FIELDS} }} }}
}}
"""
UPDATE = CREATE.replace("CreateTrackerType", "UpdateTrackerType").replace("createTrackerType", "updateTrackerType")
VALUES = """
query ($id: ID!) { tracker(id: $id) { typeVersion fields { key } type { key } values {
  key label display
  ... on TextValue { text } ... on IntegerValue { integer } ... on DecimalValue { decimal } ... on DateValue { date }
  ... on BooleanValue { boolean } ... on ChoiceValue { choices { value } } ... on ReferenceValue { node { id } }
  ... on FileValue { files { name mediaType bytes } }
} } }
"""
TYPE_BY_KEY = f"query ($key: String!) {{ trackerType(key: $key) {{ {TYPE} }} }}"


async def manager(tenant: College, name: str = "Mia") -> Member:
    """Create an administrator who may manage settings and create trackers."""
    return await make.member(tenant.organisation, name=name, roles=[Role.MANAGE_SETTINGS, Role.CREATE_TRACKERS])


async def create_type(member: Member, **entries: Any) -> Json:
    """Run ``createTrackerType`` and return its payload; the default is the type VISIT without fields."""
    entry = {"key": "VISIT", "name": "Visit", "fields": []} | entries
    payload: Json = (await data(member, CREATE, input=entry))["createTrackerType"]
    return payload


async def create_type_successfully(member: Member, **entries: Any) -> Json:
    """Create a tracker type without errors, and return it."""
    payload = await create_type(member, **entries)
    assert payload["errors"] == []
    created: Json = payload["trackerType"]
    assert (await data(member, TYPE_BY_KEY, key=created["key"]))["trackerType"] == created
    return created


async def update_type(member: Member, type_: Json, **entries: Any) -> Json:
    """Run ``updateTrackerType`` and return its payload; id and version default to those of ``type_``."""
    entry = {"id": type_["id"], "version": type_["version"]} | entries
    payload: Json = (await data(member, UPDATE, input=entry))["updateTrackerType"]
    return payload


async def update_type_successfully(member: Member, type_: Json, **entries: Any) -> Json:
    """Update a tracker type without errors, and return it."""
    payload = await update_type(member, type_, **entries)
    assert payload["errors"] == []
    updated: Json = payload["trackerType"]
    return updated


async def stored_types() -> dict[str, Sequence[object]]:
    """Return the rows that creating and updating tracker types may write."""
    return {
        "types": [dict(row) for row in await TrackerType.all().order_by("id").values()],
        "versions": [dict(row) for row in await TrackerTypeVersion.all().order_by("id").values()],
        "audit": [dict(row) for row in await AuditEntry.all().order_by("id").values()],
    }


def field(kind: str, key: str, **slots: Any) -> Json:
    """Return the input of a field whose label is its key."""
    return {"key": key, "label": key, "kind": kind} | slots


def field_output(kind: str, key: str, **slots: Any) -> Json:
    """Return the output of a field for which only its kind, its key and these slots were set."""
    common: Json = {"help": None, "required": False, "requiredFor": [], "visibleWhen": None}
    return field(kind, key) | common | _DEFAULTS[kind] | slots


_DEFAULTS: dict[str, Json] = {
    "TEXT": {
        "multiline": False,
        "minLength": None,
        "maxLength": 200,
        "format": None,
        "pattern": None,
        "patternHint": None,
    },
    "INTEGER": {"minimum": None, "maximum": None},
    "DECIMAL": {"minimum": None, "maximum": None, "places": 2},
    "DATE": {"earliest": [], "latest": []},
    "BOOLEAN": {"default": None, "mustBeTrue": False},
    "CHOICE": {"multiple": False},
    "REFERENCE": {"confirmedOnly": False},
    "FILE": {"accept": [], "maxBytes": 10_000_000, "maxFiles": 1},
}


def choices(*values: str) -> list[Json]:
    """Return the input of choices, labelled by their capitalised values."""
    return [{"value": value, "label": value.capitalize()} for value in values]
