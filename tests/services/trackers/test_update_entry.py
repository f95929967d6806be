"""The digests of updates that are stored with idempotency keys."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from models import TrackerStatus
from services.forms.kinds.types import SubmittedValue
from services.idempotency import check_key
from services.kernel.error_collector import ErrorCollector
from services.trackers.update_entry import UpdateEntry


def digest(**fields: Any) -> str:
    entry = UpdateEntry(tracker_id=UUID(int=1), version=2, **fields)
    key = check_key(ErrorCollector(), "key", entry.content)
    assert key is not None
    return key.digest


EVERYTHING: dict[str, Any] = {
    "status": TrackerStatus.CLOSED,
    "assignee_id": UUID(int=2),
    "description": " Do it. ",
    "due_date": dt.date(2026, 9, 1),
    "values": (SubmittedValue("proof", "files", [UUID(int=7)]), SubmittedValue("note", "text", " x ")),
    "comment": "Done.\n",
}


def test_digests_stay_as_they_were() -> None:
    """Check that stored digests stay valid, as a client may repeat an entry after an upgrade."""
    assert digest() == "5a0ced9d6ddecbb7eb26d394f3550688c16a857621899431a3a049c09a6ac11e"
    assert digest(**EVERYTHING) == "928f0220e48231d215ccc84ae4ff2f1de448ee86f5e841ec5012d31d62a75d17"


@pytest.mark.parametrize("name", EVERYTHING)
def test_an_absent_field_is_not_one_that_is_cleared(name: str) -> None:
    without = {field: value for field, value in EVERYTHING.items() if field != name}
    digests = {digest(**EVERYTHING), digest(**without), digest(**without, **{name: None})}
    assert len(digests) == (2 if name == "comment" else 3)
