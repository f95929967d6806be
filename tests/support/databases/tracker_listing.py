"""Helpers that compare the tables of the tracker listing with their expected contents."""

from typing import Any

from models import Member, Tracker
from models.database import fetch
from services.kernel.sql import StatementBuilder
from services.visibility import visibility_condition
from tests.support.clients.graphql import viewer

VIEWS = {"tracker_listing": "tracker_listed", "tracker_in_group": "tracker_grouped", "tracker_words": "tracker_worded"}
"""The view of the expected contents of each table."""


async def outdated_tables() -> list[str]:
    """Return the tables whose contents differ from their views."""
    difference = "(TABLE {0} EXCEPT TABLE {1}) UNION ALL (TABLE {1} EXCEPT TABLE {0})"
    return [table for table, view in VIEWS.items() if await fetch(difference.format(table, view))]


async def listed_ids(member: Member) -> set[Any]:
    """Return the ids of the trackers that the listing contains for a member."""
    rows = await fetch("SELECT tracker_id FROM tracker_listing WHERE scope = $1", member.id)
    return {row["tracker_id"] for row in rows}


async def visible_ids(member: Member) -> set[Any]:
    """Return the ids of the trackers that a member may see."""
    statement = StatementBuilder()
    condition = visibility_condition(Tracker, "t", await viewer(member), statement)
    return {row["id"] for row in await statement.fetch(f"SELECT t.id FROM tracker t WHERE {condition}")}
