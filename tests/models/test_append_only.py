"""What is written for the record stays: the database itself refuses to change or delete it."""

from typing import Any

import asyncpg
import pytest

from models import AuditEntry, AuditKind, TrackerEvent, TrackerEventKind
from models.database import fetch
from tests.support import factories as make


@pytest.mark.parametrize("table", ["tracker_event", "audit_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_record_is_append_only(database: str, table: str, statement: str) -> None:
    organisation = await make.organisation()
    about: dict[str, Any] = {"organisation": organisation, "at": make.now()}
    tracker = await make.tracker(organisation)
    await TrackerEvent.create(**about, tracker=tracker, kind=TrackerEventKind.CREATED, version=1)
    await AuditEntry.create(**about, kind=AuditKind.IMPORTED)
    with pytest.raises(asyncpg.RestrictViolationError, match=f"{table} is append-only"):
        await fetch(statement.format(table))
    assert await TrackerEvent.all().count() == 1
    assert await AuditEntry.all().count() == 1
