"""Constants shared by the SQL and Python code of the listing: positions, day numbers, blocks and the missing id."""

import re
from enum import StrEnum

import pytest

from models import TrackerCategory, TrackerStatus
from models.database import fetch
from services.tracker_types.transitions import OPEN_STATUSES
from services.trackers.listing.day_blocks import FIRST_DAY, MAX_DAY_NUMBER, SHIFTS
from services.trackers.listing.orders import CATEGORY_ORDER, MISSING_ID, STATUS_ORDER
from services.trackers.listing.search import BLOCK_SHIFT


async def view_definition(view: str) -> str:
    (row,) = await fetch("SELECT pg_get_viewdef($1::regclass) AS sql", view)
    return str(row["sql"])


@pytest.mark.parametrize(
    ("column", "order", "enum"),
    [("status", STATUS_ORDER, TrackerStatus), ("category", CATEGORY_ORDER, TrackerCategory)],
)
async def test_the_view_uses_the_same_positions(
    database: str, column: str, order: tuple[StrEnum, ...], enum: type[StrEnum]
) -> None:
    match = re.search(rf"array_position\(ARRAY\[([^]]*)\][^\n]* AS {column},", await view_definition("tracker_listed"))
    assert match is not None
    assert tuple(re.findall(r"'(\w+)'", match[1])) == order
    assert len(order) == len(enum)
    assert set(order) == set(enum)


async def test_open_statuses_come_first_and_have_partial_indexes(database: str) -> None:
    assert STATUS_ORDER[: len(OPEN_STATUSES)] == OPEN_STATUSES
    indexes = await fetch("SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'tracker_listing_open%'")
    assert [row["indexdef"].endswith(f" WHERE (status <= {len(OPEN_STATUSES)})") for row in indexes] == [True] * 3


async def test_the_view_uses_the_same_day_numbers_and_missing_id(database: str) -> None:
    sql = await view_definition("tracker_listed")
    assert set(re.findall(r"'([\d-]+)'::date", sql)) == {str(FIRST_DAY)}
    assert set(re.findall(r", (\d{2,})\)", sql)) == {str(MAX_DAY_NUMBER)}
    assert set(re.findall(r"'([\d-]+)'::uuid", sql)) == {str(MISSING_ID)}


async def test_every_size_of_day_blocks_has_an_index(database: str) -> None:
    indexes = await fetch("SELECT indexdef FROM pg_indexes WHERE tablename = 'tracker_listing'")
    for column in ("updated_day", "due_day"):
        keys = {f"({column} >> {shift})" if shift else f", {column}," for shift in SHIFTS}
        assert {key for key in keys if any(key in row["indexdef"] for row in indexes)} == keys


async def test_the_view_uses_the_same_number_blocks(database: str) -> None:
    assert set(re.findall(r">> (\d+)", await view_definition("tracker_worded"))) == {str(BLOCK_SHIFT)}
