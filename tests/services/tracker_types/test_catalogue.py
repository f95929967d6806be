"""Tests that a process keeps the types of an organisation, and that what it keeps is never older than the request."""

import asyncpg
import pytest

from models import Organisation, Role
from services.automations.settings import update_setting
from tests.support import factories as make
from tests.support.clients.graphql import ask_in, context_of, data
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.college import college

TYPES = "{ trackerTypes { name description fields { key } } }"

CHANGES = {
    "a built-in type": "UPDATE tracker_type SET description = 'Other.' WHERE key = 'JOB' AND organisation_id IS NULL",
    "a setting": "UPDATE process_automation SET enabled = false WHERE key = 'COMPLETION' AND organisation_id = $1",
    "a setting removed": "DELETE FROM process_automation WHERE key = 'WITHDRAWAL' AND organisation_id = $1",
}


async def test_a_type_that_is_kept_takes_no_statement(database: str) -> None:
    ada = await make.member()
    expected = await data(ada, TYPES)
    context = await context_of(ada)
    with record_statements() as statements:
        assert (await ask_in(context, TYPES))["data"] == expected
    assert [statement for statement in statements if statement.startswith("SELECT")] == []


@pytest.mark.parametrize("change", CHANGES)
async def test_the_next_request_shows_what_another_process_changed(database: str, change: str) -> None:
    tenant = await college()
    before = await data(tenant.ada, TYPES)
    process = await asyncpg.connect(database)
    try:
        arguments = [tenant.organisation.id] if "$1" in CHANGES[change] else []
        await process.execute(CHANGES[change], *arguments)
    finally:
        await process.close()
    after = await data(tenant.ada, TYPES)
    assert after != before
    assert after == await data(tenant.ada, TYPES)


async def test_a_change_that_is_not_committed_shows_to_nobody(database: str) -> None:
    ada = await make.member()
    before = await data(ada, TYPES)
    process = await asyncpg.connect(database)
    try:
        await process.execute("BEGIN")
        await process.execute(CHANGES["a built-in type"])
        assert await data(ada, TYPES) == before
        await process.execute("COMMIT")
    finally:
        await process.close()
    assert await data(ada, TYPES) != before


async def test_the_rest_of_a_request_shows_what_it_changed_itself(database: str) -> None:
    tenant = await college()
    context = await context_of(await make.member(tenant.organisation, roles=[Role.MANAGE_SETTINGS]))
    assert context.viewer is not None
    keys = "{ trackerTypes { key } }"
    before = await ask_in(context, keys)
    await update_setting(context.viewer, "COMPLETION", enabled=False, four_eyes=False)
    after = await ask_in(context, keys)
    assert {"key": "COMPLETION"} in before["data"]["trackerTypes"]
    assert {"key": "COMPLETION"} not in after["data"]["trackerTypes"]


async def test_changes_are_counted_once_a_transaction_for_those_they_concern(database: str) -> None:
    ours, theirs = await make.organisation(), await make.organisation()
    await make.tracker_type(ours)
    counts = [(await Organisation.get(id=organisation.id)).types_version for organisation in (ours, theirs)]
    process = await asyncpg.connect(database)
    try:
        async with process.transaction():
            # Another change of the organisation's row is not taken for a count.
            await process.execute("UPDATE organisation SET name = 'Other' WHERE id = $1", ours.id)
            for name in ("One", "Two"):
                await process.execute("UPDATE tracker_type SET name = $1 WHERE organisation_id = $2", name, ours.id)
        await process.execute("UPDATE tracker_type SET name = name")  # changes nothing
    finally:
        await process.close()
    after = [(await Organisation.get(id=organisation.id)).types_version for organisation in (ours, theirs)]
    assert after == [counts[0] + 1, counts[1]]


async def test_a_change_after_a_savepoint_that_was_rolled_back_is_counted(database: str) -> None:
    organisation = await make.organisation()
    await make.tracker_type(organisation)
    rename = "UPDATE tracker_type SET name = $1 WHERE organisation_id = $2"
    before = (await Organisation.get(id=organisation.id)).types_version
    process = await asyncpg.connect(database)
    try:
        async with process.transaction():
            savepoint = process.transaction()
            await savepoint.start()
            await process.execute(rename, "One", organisation.id)
            await savepoint.rollback()
            await process.execute(rename, "Two", organisation.id)
    finally:
        await process.close()
    assert (await Organisation.get(id=organisation.id)).types_version == before + 1
