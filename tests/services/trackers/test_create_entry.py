"""The digests of entries that are stored with idempotency keys."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from services.forms.definitions import ReferenceTarget
from services.forms.kinds.types import Reference, SubmittedValue
from services.idempotency import check_key
from services.kernel.error_collector import ErrorCollector
from services.trackers.create_entry import TrackerEntry


def digest(entry: TrackerEntry) -> str:
    key = check_key(ErrorCollector(), "key", entry.content)
    assert key is not None
    return key.digest


def test_digests_equal_those_of_version_0_1_0() -> None:
    """Check that stored digests stay valid, as a client may repeat an entry after an upgrade."""
    assert digest(TrackerEntry(type="JOB")) == ("14fa92cde0cef9bac7d3fe64279e1d30b960a9d424692b259483b07b6ae6fd27")
    entry = TrackerEntry(
        type="JOB",
        type_version=3,
        learner_id=UUID(int=1),
        assignee_id=UUID(int=2),
        description=" Do it. ",
        due_date=dt.date(2026, 9, 1),
        values=(
            SubmittedValue("who", "reference", Reference(ReferenceTarget.MEMBER, UUID(int=3))),
            SubmittedValue("where", "reference", Reference(ReferenceTarget.EMPLOYER, UUID(int=4))),
            SubmittedValue("what", "reference", Reference(ReferenceTarget.PROGRAMME, UUID(int=5))),
            SubmittedValue("proof", "files", [UUID(int=7), UUID(int=6), UUID(int=7)]),
            SubmittedValue("hours", "decimal", Decimal("7.50")),
            SubmittedValue("on", "date", dt.date(2026, 9, 2)),
            SubmittedValue("sure", "boolean", value=True),
            SubmittedValue("count", "integer", 3),
            SubmittedValue("kind", "choices", ["B", "A"]),
            SubmittedValue("note", "text", " x "),
            SubmittedValue("gone", None),
        ),
        idempotency_key="k",
    )
    assert digest(entry) == "1e44338582988687d58187f1a48ef065946060605f49d3c8e52b7751d653b06c"
