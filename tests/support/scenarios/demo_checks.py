"""Helpers for checking the demo data: submitted values, and the effects of automations on learners' records."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from models import Learner, LearningAim, TrackerEvent, TrackerType, TrackerTypeVersion
from services.forms.definitions import (
    ChoiceField,
    DateField,
    DecimalField,
    FieldDefinition,
    ReferenceField,
    TypeDefinition,
)
from services.forms.documents import definition_from_document
from services.forms.kinds.table import KINDS
from services.forms.kinds.types import Reference, SubmittedValue

COLUMNS = {
    "learner.title": "title",
    "learner.givenNames": "given_names",
    "learner.familyName": "family_name",
    "learner.postcode": "postcode",
    "learner.addressLine1": "address_line1",
    "learner.addressLine2": "address_line2",
    "learner.addressLine3": "address_line3",
    "learner.addressLine4": "address_line4",
    "learner.employer": "employer_id",
    "learner.weeklyHours": "weekly_hours",
    "learner.workplacePostcode": "workplace_postcode",
    "learner.jobTitle": "job_title",
    "learner.programme": "programme_id",
    "learner.programmeStatus": "programme_status",
    "aim.learningSupportFrom": "learning_support_from",
    "aim.learningSupportTo": "learning_support_to",
    "aim.completionStatus": "completion_status",
    "aim.outcome": "outcome",
    "aim.actualEndDate": "actual_end_date",
    "aim.withdrawReason": "withdraw_reason",
    "aim.actualHours": "actual_hours",
    "aim.achievementDate": "achievement_date",
}


async def definitions_by_version() -> dict[UUID, tuple[TrackerType, TypeDefinition]]:
    """Return the type and the definition of every tracker type version, by the version's id."""
    types = {row.id: row for row in await TrackerType.all()}
    versions = await TrackerTypeVersion.all()
    return {row.id: (types[row.type_id], definition_from_document(row.definition)) for row in versions}


async def events_by_tracker() -> dict[object, list[TrackerEvent]]:
    """Return the events of every tracker, oldest first, by the tracker's id."""
    events: dict[object, list[TrackerEvent]] = defaultdict(list)
    for event in await TrackerEvent.all().order_by("at", "id"):
        events[event.tracker_id].append(event)
    return events


def submitted_values(definition: TypeDefinition, values: Mapping[str, Any]) -> list[SubmittedValue]:
    """Convert stored values to the form in which a client submits them."""
    submitted = []
    for key, value in values.items():
        field = definition.field(key)
        assert field is not None, key
        submitted.append(SubmittedValue(key, KINDS[field.kind].slot, _submitted_value(field, value)))
    return submitted


def _submitted_value(field: FieldDefinition, value: Any) -> object:
    if isinstance(field, DecimalField):
        return Decimal(value)
    if isinstance(field, DateField):
        return dt.date.fromisoformat(value)
    if isinstance(field, ReferenceField):
        return Reference(field.target, UUID(value))
    return value


def expected_effects(definition: TypeDefinition, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values, as text, that a process automation writes to a learner and to the programme aim of a standard."""
    written = {}
    source: Any
    for target, source in definition.effects.items():
        if "by" in source:
            choice = values[source["by"]]
            source = source.get(str(choice).lower() if isinstance(choice, bool) else choice[0])
        if isinstance(source, dict):
            source = source.get("standard_programme_aim", source.get("programme_aim", source))
        if source is None:
            continue
        if not isinstance(source, dict):
            source = {"value": source}
        if "field" in source:
            field = definition.field(source["field"])
            condition = field.visible_when if field else None
            if condition and set(values.get(condition.field, [])).isdisjoint(condition.is_one_of):
                continue  # a hidden field leaves the record unchanged
            value = values.get(source["field"])
            written[target] = value[0] if isinstance(field, ChoiceField) and value else value
        else:
            written[target] = source["value"]
    return {target: None if value is None else str(value) for target, value in written.items()}


def recorded_values(targets: Iterable[str], learner: Learner, aim: LearningAim | None) -> dict[str, Any]:
    """Return the values, as text, of these fields of the learner's record."""
    values = {}
    for target in targets:
        value = getattr(learner if target.startswith("learner.") else aim, COLUMNS[target])
        if isinstance(value, Decimal):
            value = format(value.normalize(), "f")
        values[target] = None if value is None else str(value)
    return values
