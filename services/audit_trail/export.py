"""The audit of an organisation as rows of a table, for the operator's export."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from models import AuditEntry, Member, Organisation
from models.base import load_json
from models.database import fetch
from services.audit_trail.details import describe_details

EVENT_COLUMNS = ("at", "kind", "actor", "actorEmail", "objectId", "details")
READ_COLUMNS = ("day", "at", "member", "memberEmail", "learnerReference", "learnerName")
ROWS_AT_ONCE = 5_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would take for a formula (OWASP, CSV injection)."""

_SELECT_EVENTS = f"""
SELECT e.id, e.at, e.kind, e.subject_id, e.details, m.name, m.email
FROM {AuditEntry._meta.db_table} e LEFT JOIN {Member._meta.db_table} m ON m.id = e.actor_id
WHERE e.organisation_id = $1 AND (e.at, e.id) > ($2, $3) ORDER BY e.at, e.id LIMIT {ROWS_AT_ONCE}
"""
_SELECT_READS = f"""
SELECT r.id, r.at, r.day, m.name, m.email, l.reference, concat_ws(' ', l.given_names, l.family_name) AS learner
FROM learner_read r JOIN member m ON m.id = r.member_id LEFT JOIN learner l ON l.id = r.learner_id
WHERE r.organisation_id = $1 AND (r.at, r.id) > ($2, $3) ORDER BY r.at, r.id LIMIT {ROWS_AT_ONCE}
"""


async def audit_event_rows(organisation: Organisation) -> AsyncIterator[Sequence[str]]:
    """Yield a row of ``EVENT_COLUMNS`` for each audit event, oldest first."""
    async for record in _batches(_SELECT_EVENTS, organisation.id):
        details = "; ".join(
            f"{name}: {after or ''}" if before is None else f"{name}: {before} → {after or ''}"
            for name, before, after in describe_details(load_json(record["details"]))
        )
        subject = str(record["subject_id"] or "")
        yield _cells(record["at"].isoformat(), record["kind"], record["name"], record["email"], subject, details)


async def learner_read_rows(organisation: Organisation) -> AsyncIterator[Sequence[str]]:
    """Yield a row of ``READ_COLUMNS`` for each member, learner and day, oldest first."""
    async for record in _batches(_SELECT_READS, organisation.id):
        yield _cells(
            record["day"].isoformat(),
            record["at"].isoformat(),
            record["name"],
            record["email"],
            record["reference"],
            record["learner"],
        )


async def _batches(select: str, organisation_id: UUID) -> AsyncIterator[Mapping[str, Any]]:
    """Yield the records of a SELECT, read in batches that each follow the last record of the one before."""
    (start,) = await fetch("SELECT '-infinity'::timestamptz AS at")
    at, last_id = start["at"], UUID(int=0)
    while True:
        records = await fetch(select, organisation_id, at, last_id)
        for record in records:
            yield record
        if len(records) < ROWS_AT_ONCE:
            return
        at, last_id = records[-1]["at"], records[-1]["id"]


def _cells(*values: str | None) -> Sequence[str]:
    """Return the cells of a row, with an apostrophe before each that would be a formula."""
    texts = [value or "" for value in values]
    return [f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in texts]
