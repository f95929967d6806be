"""The statements of checking and creating a tracker."""

import datetime as dt
from typing import Any

from models import Member, Tracker
from models.database import fetch, transaction
from services.forms.definitions import ReferenceTarget
from services.forms.kinds.types import Reference, SubmittedValue
from services.row_selection import select_row
from services.trackers.create import create_tracker, validate_tracker
from services.trackers.create_entry import TrackerEntry
from tests.support.clients.graphql import viewer
from tests.support.databases.query_plans import record_fetches
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.college import College, college
from tests.support.scenarios.uploads import create_upload


def job(tenant: College, **columns: Any) -> TrackerEntry:
    values = (
        SubmittedValue("jobTitle", "text", "Baker"),
        SubmittedValue("organisation", "reference", Reference(ReferenceTarget.EMPLOYER, tenant.employer.id)),
    )
    defaults: dict[str, Any] = {
        "type": "JOB",
        "learner_id": tenant.learner.id,
        "assignee_id": tenant.bob.id,
        "values": values,
    }
    return TrackerEntry(**defaults | columns)


async def statements_of_validation(member: Member, entry: TrackerEntry) -> int:
    current = await viewer(member)
    await validate_tracker(current, entry)  # reads the form of the type, which is then cached
    with record_statements() as statements:
        await validate_tracker(current, entry)
    return len(statements)


async def test_an_entry_is_checked_with_one_statement(database: str) -> None:
    tenant = await college()
    assert await statements_of_validation(tenant.ada, job(tenant)) == 1
    assert await statements_of_validation(tenant.tina, job(tenant, learner_id=None, assignee_id=None, values=())) == 1
    assert await statements_of_validation(tenant.ada, job(tenant, type="NONE\0")) == 1
    evidence = SubmittedValue("evidence", "files", [(await create_upload(tenant, tenant.ada)).id])
    assert await statements_of_validation(tenant.ada, job(tenant, values=(*job(tenant).values, evidence))) == 1


async def test_the_aims_of_the_learner_take_one_statement_more(database: str) -> None:
    tenant = await college()
    assert await statements_of_validation(tenant.ada, job(tenant, type="WITHDRAWAL", values=())) == 2


async def test_a_tracker_is_created_with_two_statements(database: str) -> None:
    tenant = await college()
    current = await viewer(tenant.ada)
    start = SubmittedValue("startDate", "date", dt.date(2026, 9, 1))
    for entry, count in (
        (job(tenant, values=(*job(tenant).values, start)), 2),
        (job(tenant, values=(*job(tenant).values, start), idempotency_key="once"), 2),
        (job(tenant, values=(*job(tenant).values, start), idempotency_key="once"), 2),
    ):
        await validate_tracker(current, entry)
        with record_statements() as statements:
            await create_tracker(current, entry)
        assert len(statements) == count, statements


async def test_the_statements_of_a_creation_are_planned_once_a_connection(database: str) -> None:
    """PostgreSQL makes five plans for given values, and then one for all if that is not expected to cost more."""
    tenant = await college()
    current = await viewer(tenant.ada)
    start = SubmittedValue("startDate", "date", dt.date(2026, 9, 1))
    for _ in range(8):
        await create_tracker(current, job(tenant, values=(*job(tenant).values, start)))
    plans = await fetch(
        "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement LIKE $1",
        "%FROM (VALUES (1)) AS entry LEFT%",
    )
    assert [tuple(row.values()) for row in plans] == [(5, 3), (5, 3)]


_MEMBERS = """
INSERT INTO member (id, organisation_id, name, email, kind, roles, active, created_at)
SELECT ('ffffffff-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, 'Member', 'one.of.many.' || n || '@example.org', 'TUTOR', '{}', true, now()
FROM generate_series(1, 1000) n"""


async def test_rows_are_joined_to_a_new_tracker_one_by_one(database: str) -> None:
    """As joins, PostgreSQL might merge them with all members up to the one in question."""
    tenant = await college()
    await fetch(_MEMBERS, tenant.organisation.id)
    await fetch("ANALYZE member")
    start = SubmittedValue("startDate", "date", dt.date(2026, 9, 1))
    entry = job(tenant, values=(*job(tenant).values, start))
    selection = select_row(
        Tracker, frozenset({"assignee_id"}), (("assignee", select_row(Member, frozenset({"name"}))),)
    )
    with record_fetches() as statements:
        await create_tracker(await viewer(tenant.ada), entry, selection)
    text, values = statements[-1]
    async with transaction():
        await fetch("SET LOCAL enable_nestloop = off")
        plan = [row["QUERY PLAN"].strip() for row in await fetch(f"EXPLAIN {text}", *values)]
    assert "Index Cond: (id = t.assignee_id)" in plan
