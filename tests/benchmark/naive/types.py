"""The naive server's GraphQL types, each made from rows of Tortoise models."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import strawberry

import models
from services.forms import definitions
from services.forms.documents import definition_from_document
from services.kernel.dates import format_date
from services.kernel.global_ids import to_global_id


def _id(kind: str, row: Any) -> strawberry.ID:
    return strawberry.ID(to_global_id(kind, row.id))


@strawberry.type
class Member:
    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, row: models.Member | None) -> "Member | None":
        return cls(id=_id("Member", row), name=row.name) if row else None


@strawberry.type
class Programme:
    name: str


@strawberry.type
class Learner:
    id: strawberry.ID
    name: str
    uln: str | None
    row: strawberry.Private[models.Learner]

    @strawberry.field
    async def programme(self) -> Programme | None:
        programme: Any = self.row.programme
        programme = await programme
        return Programme(name=programme.name) if programme else None


@strawberry.type
class Reference:
    id: strawberry.ID


@strawberry.type
class Choice:
    value: str
    label: str
    valid_from: dt.date | None
    valid_to: dt.date | None


@strawberry.interface
class FieldValue:
    key: str
    label: str
    display: str


@strawberry.type
class TextValue(FieldValue):
    text: str


@strawberry.type
class DecimalValue(FieldValue):
    decimal: Decimal


@strawberry.type
class DateValue(FieldValue):
    date: dt.date


@strawberry.type
class ChoiceValue(FieldValue):
    choices: list[Choice]


@strawberry.type
class ReferenceValue(FieldValue):
    node: Reference


VALUES = [TextValue, DecimalValue, DateValue, ChoiceValue, ReferenceValue]


async def make_value(field: Any, value: Any) -> FieldValue:
    """Return the value of one field; what it refers to is read for each by itself."""
    common = {"key": field.key, "label": field.label}
    match field:
        case definitions.DateField():
            day = dt.date.fromisoformat(value)
            return DateValue(**common, display=format_date(day), date=day)
        case definitions.DecimalField():
            return DecimalValue(**common, display=value, decimal=Decimal(value))
        case definitions.ChoiceField():
            chosen: Any = [choice for choice in field.choices if choice.value in value]
            return ChoiceValue(**common, display=", ".join(choice.label for choice in chosen), choices=chosen)
        case definitions.ReferenceField():
            employer = await models.Employer.get(id=value)
            return ReferenceValue(**common, display=employer.name, node=Reference(id=_id("Employer", employer)))
    return TextValue(**common, display=value, text=value)


@strawberry.type
class FieldChange:
    path: list[str]
    label: str
    before: str | None
    after: str | None


@strawberry.type
class TrackerEvent:
    id: strawberry.ID
    kind: str
    at: dt.datetime
    version: int
    comment: str | None
    actor: Member | None
    changes: list[FieldChange]


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None = None


@strawberry.type
class History:
    nodes: list[TrackerEvent]
    page_info: PageInfo


@strawberry.type
class TypeName:
    key: str
    name: str


@strawberry.type
class Tracker:
    row: strawberry.Private[models.Tracker]
    id: strawberry.ID
    number: int
    status: str
    description: str
    due_date: dt.date | None
    created_at: dt.datetime
    updated_at: dt.datetime
    version: int
    url: str

    @classmethod
    def of(cls, row: models.Tracker) -> "Tracker":
        names = ("number", "status", "description", "due_date", "created_at", "updated_at", "version")
        columns: Mapping[str, Any] = {name: getattr(row, name) for name in names}
        tracker_id = _id("Tracker", row)
        return cls(row=row, id=tracker_id, url=f"https://trackers.example/trackers/{tracker_id}", **columns)

    @strawberry.field
    async def type(self) -> TypeName:
        row = await self.row.type
        return TypeName(key=row.key, name=row.name)

    @strawberry.field
    async def learner(self) -> Learner:
        row = await self.row.learner
        name = f"{row.given_names} {row.family_name}"
        return Learner(id=_id("Learner", row), name=name, uln=row.uln, row=row)

    @strawberry.field
    async def assignee(self) -> Member | None:
        assignee: Any = self.row.assignee
        return Member.of(await assignee) if self.row.assignee_id else None

    @strawberry.field
    async def created_by(self) -> Member | None:
        creator: Any = self.row.created_by
        return Member.of(await creator) if self.row.created_by_id else None

    @strawberry.field
    async def values(self) -> list[FieldValue]:
        definition = definition_from_document((await self.row.type_version).definition)
        stored = self.row.values
        return [await make_value(field, stored[field.key]) for field in definition.fields if field.key in stored]

    @strawberry.field
    async def history(self, first: int) -> History:
        rows = (
            await models.TrackerEvent.filter(tracker_id=self.row.id)
            .order_by("at", "id")
            .limit(first + 1)
            .prefetch_related("actor")
        )
        nodes = [
            TrackerEvent(
                id=_id("TrackerEvent", row), kind=row.kind, at=row.at, version=row.version, comment=row.comment,
                actor=Member.of(row.actor), changes=[FieldChange(**change) for change in row.changes],
            )
            for row in rows[:first]
        ]  # fmt: skip
        return History(nodes=nodes, page_info=PageInfo(has_next_page=len(rows) > first))
