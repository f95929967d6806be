"""Definitions of tracker types, and their conversion to and from documents."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from models import ProgrammeStatus, TrackerStatus
from models.base import dump_json, load_json
from services.forms.definitions import (
    FIELD_TYPES,
    BooleanField,
    Choice,
    ChoiceField,
    DateBound,
    DateField,
    DecimalField,
    FieldCondition,
    FieldKind,
    FileField,
    IntegerField,
    ReferenceField,
    ReferenceTarget,
    TextField,
    TextFormat,
    TypeDefinition,
)
from services.forms.documents import definition_from_document, definition_to_document

DEFINITION = TypeDefinition(
    fields=(
        TextField(
            key="uln",
            label="ULN",
            help="Ten digits.",
            required=True,
            required_for=(TrackerStatus.CLOSED,),
            visible_when=FieldCondition(field="isLegal", is_one_of=("true",)),
            multiline=True,
            min_length=1,
            max_length=10,
            format=TextFormat.ULN,
            pattern="[0-9]+",
        ),
        IntegerField(key="hours", label="Hours", minimum=Decimal(0), maximum=Decimal(9999)),
        DecimalField(key="rate", label="Rate", minimum=Decimal("0.01"), maximum=Decimal("1E+3"), places=3),
        DateField(
            key="end",
            label="End",
            earliest=(DateBound(field="start", offset_days=1), DateBound(date=dt.date(2020, 2, 29))),
            latest=(DateBound(today=True, offset_days=-7),),
        ),
        BooleanField(key="isLegal", label="Legal?", default=False, must_be_true=True),
        ChoiceField(
            key="reason",
            label="Reason",
            multiple=True,
            choices=(
                Choice(value="1", label="One"),
                Choice(value="2", label="Two", valid_from=dt.date(2024, 8, 1), valid_to=dt.date(2026, 7, 31)),
            ),
        ),
        ReferenceField(key="employer", label="Employer", target=ReferenceTarget.EMPLOYER, confirmed_only=True),
        FileField(key="evidence", label="Evidence", accept=("application/pdf",), max_bytes=1, max_files=5),
    ),
    precondition=(ProgrammeStatus.ACTIVE,),
    effective_on="end",
    aims=("OPEN", "LAST_BREAK"),
    effects={
        "learner.weeklyHours": {"field": "hours"},
        "aim.outcome": {"by": "reason", "1": 8, "2": {"field": "rate"}},
    },
    restarts={"start": "end", "planned_end": "end"},
)


def test_every_kind_has_a_field_class() -> None:
    assert {kind: cls.kind for kind, cls in FIELD_TYPES.items()} == {kind: kind for kind in FieldKind}


def test_a_definition_round_trips_through_json() -> None:
    document = load_json(dump_json(definition_to_document(DEFINITION)))
    assert definition_from_document(document) == DEFINITION


def test_a_document_omits_default_values() -> None:
    definition = TypeDefinition(fields=(TextField(key="title", label="Title"),))
    document = {"fields": [{"kind": "TEXT", "key": "title", "label": "Title"}]}
    assert definition_to_document(definition) == document
    assert definition_from_document(document) == definition


def test_decimals_and_dates_are_stored_as_text() -> None:
    fields = {field["key"]: field for field in definition_to_document(DEFINITION)["fields"]}
    assert fields["rate"] == {
        "kind": "DECIMAL",
        "key": "rate",
        "label": "Rate",
        "minimum": "0.01",
        "maximum": "1000",
        "places": 3,
    }
    assert fields["end"]["earliest"] == [{"field": "start", "offset_days": 1}, {"date": "2020-02-29"}]
    assert json.loads(json.dumps(fields)) == fields


@pytest.mark.parametrize(
    ("field", "error"),
    [
        ({"key": "a", "label": "A"}, KeyError),
        ({"kind": "MONEY", "key": "a", "label": "A"}, ValueError),
        ({"kind": "TEXT", "key": "a", "label": "A", "places": 2}, TypeError),
        ({"kind": "TEXT", "key": "a", "label": "A", "format": "IBAN"}, ValueError),
        ({"kind": "CHOICE", "key": "a", "label": "A"}, TypeError),
    ],
)
def test_an_invalid_document_is_an_error(field: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        definition_from_document({"fields": [field]})


def test_fields_are_found_by_key() -> None:
    assert DEFINITION.field("hours") is DEFINITION.fields[1]
    assert DEFINITION.field("Hours") is None
