"""Joined rows: which relations are joined only as far as the viewer may see the row that they point to."""

import pytest
from tortoise import Model

import models
from services.kernel.sql import StatementBuilder
from services.row_selection import SelectionBuilder
from tests.support import factories as make
from tests.support.clients.graphql import viewer


@pytest.mark.parametrize(
    ("model", "relation", "is_asked"),
    [
        (models.Tracker, "learner", False),
        (models.Tracker, "assignee", False),
        (models.TrackerEvent, "tracker", False),
        (models.Learner, "programme", False),
        (models.Notification, "tracker", True),
        (models.StoredFile, "tracker", True),  # not an edge: what nobody has thought about is asked for
    ],
)
async def test_a_joined_row_that_is_not_implied_must_be_visible(
    database: str, model: type[Model], relation: str, is_asked: bool
) -> None:
    builder, statement = SelectionBuilder(model), StatementBuilder()
    builder.add([f"{relation}.id"])
    member = await viewer(await make.member())
    joins = builder.build().source("r").joins(member, statement)
    condition = f" AND r_{relation}.organisation_id = $1" if is_asked else ""
    table = builder.join(relation).model._meta.db_table
    assert joins == f"LEFT JOIN {table} r_{relation} ON r_{relation}.id = r.{relation}_id{condition}"
    assert statement.values == ([member.organisation_id] if is_asked else [])
