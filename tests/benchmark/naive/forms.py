"""The naive server's GraphQL types for tracker types and their forms, made from definitions."""

import datetime as dt
from decimal import Decimal
from typing import Any

import strawberry

from services.forms import definitions
from tests.benchmark.naive.types import Choice


@strawberry.type
class FieldCondition:
    field: str
    is_one_of: list[str]


@strawberry.type
class DateBound:
    date: dt.date | None
    today: bool
    field: str | None
    offset_days: int


@strawberry.interface
class FieldDefinition:
    key: str
    label: str
    help: str | None
    kind: str
    required: bool
    required_for: list[str]
    visible_when: FieldCondition | None

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return type(value).__name__ == cls.__name__


@strawberry.type
class TextField(FieldDefinition):
    multiline: bool
    min_length: int | None
    max_length: int
    format: str | None
    pattern: str | None
    pattern_hint: str | None


@strawberry.type
class IntegerField(FieldDefinition):
    minimum: Decimal | None
    maximum: Decimal | None


@strawberry.type
class DecimalField(FieldDefinition):
    minimum: Decimal | None
    maximum: Decimal | None
    places: int


@strawberry.type
class DateField(FieldDefinition):
    earliest: list[DateBound]
    latest: list[DateBound]


@strawberry.type
class BooleanField(FieldDefinition):
    default: bool | None
    must_be_true: bool


@strawberry.type
class ChoiceField(FieldDefinition):
    choices: list[Choice]
    multiple: bool


@strawberry.type
class ReferenceField(FieldDefinition):
    target: str
    confirmed_only: bool


@strawberry.type
class FileField(FieldDefinition):
    accept: list[str]
    max_bytes: int
    max_files: int


FIELDS = [TextField, IntegerField, DecimalField, DateField, BooleanField, ChoiceField, ReferenceField, FileField]


@strawberry.type
class TrackerType:
    definition: strawberry.Private[definitions.TypeDefinition]
    id: strawberry.ID
    key: str
    name: str
    description: str
    category: str
    version: int
    viewer_can_create: bool

    @strawberry.field
    def learner_statuses(self) -> list[str]:
        return list(self.definition.precondition)

    @strawberry.field
    def fields(self) -> list[FieldDefinition]:
        return list(self.definition.fields)  # type: ignore[arg-type]
