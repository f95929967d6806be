"""Tests that a record has, column by column, what Tortoise's instance of the same row has."""

import pytest
from tortoise import Model

import models
from models.database import fetch
from models.rows import column_names, columns, instance, reader, record_class, row, rows
from services.demo.fill import fill_demo
from tests.support import factories as make

MODELS: list[type[Model]] = [
    model for name in models.__all__ if isinstance(model := getattr(models, name), type) and issubclass(model, Model)
]
NOT_IN_DEMO = {
    "Device",
    "Factor",
    "ImportedError",
    "LearnerRead",
    "Mail",
    "NameMerge",
    "PasswordToken",
    "RecoveryCode",
    "RefreshToken",
    "Session",
    "SignInFailures",
    "SignOnAttempt",
    "SignOnDomain",
    "SignOnIdentity",
    "SignOnLogout",
    "SignOnProvider",
    "SignOnSession",
    "StoredFile",
    "TotpEnrolment",
    "UsedChallenge",
}


@pytest.mark.slow
async def test_records_have_the_values_of_instances(database: str) -> None:
    await fill_demo()
    tracker = await models.Tracker.filter(created_by_id__not_isnull=True).select_related("organisation").first()
    assert tracker is not None
    await models.Comment.create(
        organisation=tracker.organisation,
        tracker=tracker,
        author_id=tracker.created_by_id,
        text="…",
        created_at=make.now(),
    )
    await models.AuditEntry.create(
        organisation=tracker.organisation,
        kind="EMPLOYER_UPDATED",
        subject_id=tracker.id,
        details={"a": 1},
        at=make.now(),
    )
    compared = set()
    for model in MODELS:
        records = await fetch(f"SELECT 1 AS other, {columns(model, 'r')} FROM {model._meta.db_table} r LIMIT 200")
        instances = [instance(model, "r", record) for record in records]
        for actual, expected in zip(rows(model, "r", records), instances, strict=True):
            for name in column_names(model):
                value = getattr(actual, name)
                assert value == getattr(expected, name), (model.__name__, name)
                assert isinstance(getattr(expected, name), type(value)), (model.__name__, name)
            compared.add(model.__name__)
    assert compared >= {model.__name__ for model in MODELS} - NOT_IN_DEMO


async def test_a_record_is_slotted_and_named_after_its_model(database: str) -> None:
    assert [record_class(model).__name__ for model in MODELS] == [model.__name__ for model in MODELS]
    organisation = await make.organisation("Quiet College")
    (record,) = await fetch(f"SELECT {columns(models.Organisation, 'o')} FROM organisation o")
    actual = row(models.Organisation, "o", record)
    assert not hasattr(actual, "__dict__")
    assert repr(actual) == f"<Organisation {organisation.id}>"  # without the name


async def test_columns_that_were_not_selected_cannot_be_read(database: str) -> None:
    await make.organisation("Quiet College")
    names_only = reader(models.Organisation, "o", ("id", "name"))
    (record,) = await fetch(f"SELECT {names_only.columns} FROM organisation o")
    (actual,) = names_only.read([record], names_only.position(record))
    assert actual is not None
    assert actual.name == "Quiet College"
    with pytest.raises(AttributeError, match="created_at"):
        _ = actual.created_at


async def test_a_row_that_an_outer_join_did_not_find_is_none(database: str) -> None:
    records = await fetch(f"SELECT {columns(models.Member, 'm')} FROM (SELECT) nothing LEFT JOIN member m ON true")
    assert row(models.Member, "m", records[0]) is None
    assert rows(models.Member, "m", records) == []
    assert rows(models.Member, "m", []) == []
