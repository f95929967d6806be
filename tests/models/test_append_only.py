"""Tests of the triggers that make tracker history and the audit log append-only."""

from typing import Any

import asyncpg
import pytest

from models import AuditEntry, AuditKind, TrackerEvent, TrackerEventKind
from models.database import fetch
from tests.support import factories as make


@pytest.mark.parametrize("table", ["tracker_event", "audit_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
async def test_history_and_audit_log_are_append_only(database: str, table: str, statement: str) -> None:
    organisation = await make.organisation()
    columns: dict[str, Any] = {"organisation": organisation, "at": make.now()}
    tracker = await make.tracker(organisation)
    await TrackerEvent.create(**columns, tracker=tracker, kind=TrackerEventKind.CREATED, version=1)
    await AuditEntry.create(**columns, kind=AuditKind.IMPORTED)
    with pytest.raises(asyncpg.RestrictViolationError, match=f"{table} is append-only"):
        await fetch(statement.format(table))
    assert await TrackerEvent.all().count() == 1
    assert await AuditEntry.all().count() == 1
