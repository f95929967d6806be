"""Constants that the SQL of the indexes and the Python code of lists have in common."""

import re

from models import TrackerStatus
from models.database import fetch
from services.tracker_types.transitions import OPEN_STATUSES
from services.trackers.listing.orders import STATUS_ORDER
from services.trackers.listing.search import BLOCK_SHIFT


async def test_the_index_of_words_has_the_same_blocks_of_numbers(database: str) -> None:
    (row,) = await fetch("SELECT pg_get_indexdef('tracker_words'::regclass) AS sql")
    assert re.findall(r">> (\d+)", row["sql"]) == [str(BLOCK_SHIFT)]


def test_every_status_has_a_place_in_the_order_and_open_ones_come_first() -> None:
    assert set(STATUS_ORDER) == set(TrackerStatus)
    assert len(STATUS_ORDER) == len(TrackerStatus)
    assert STATUS_ORDER[: len(OPEN_STATUSES)] == OPEN_STATUSES
