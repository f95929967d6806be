"""Tests that every root field permits exactly what ``table.toml`` specifies."""

import asyncio
import inspect
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from models import TrackerEvent, TrackerEventKind
from models.database import transaction
from resolvers.schema_root import make_schema
from schema.context import Context
from server.execution.result_stream import stream_results
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from services.notifications.inbox_reader import InboxReader
from services.notifications.tracker_stream import TrackerStreams
from tests.support.clients.attempts import MUTATIONS, QUERIES, SUBSCRIPTIONS, VALIDATIONS, Attempt
from tests.support.clients.graphql import INSTALLATION, ask_in, executor
from tests.support.clients.subscriptions import TIMEOUT, run_feed, run_reader, wait_until
from tests.support.factories import now
from tests.support.scenarios.college import Json
from tests.support.scenarios.permissions import Case, cases

PERMISSIONS: Mapping[str, Json] = tomllib.loads((Path(__file__).parent / "table.toml").read_text())


class _RollbackError(Exception):
    """Raised to roll back the enclosing transaction."""


def test_every_root_field_has_permissions_and_an_attempt() -> None:
    schema = make_schema().graphql_schema
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    fields = {name for root in roots if root is not None for name in root.fields}
    assert {name.split()[0] for name in PERMISSIONS} == fields
    assert set(PERMISSIONS) == {*QUERIES, *VALIDATIONS, *MUTATIONS, *SUBSCRIPTIONS}


async def test_queries(database: str) -> None:
    assert await find_mismatches({**QUERIES, **VALIDATIONS}, execute) == []


async def test_mutations(database: str) -> None:
    assert await find_mismatches(MUTATIONS, execute_and_roll_back) == []


async def test_subscriptions(database: str) -> None:
    async with run_reader(database) as reader:

        async def subscribe_with_reader(attempt: Attempt, case: Case) -> str:
            return await subscribe(reader, attempt, case)

        assert await find_mismatches(SUBSCRIPTIONS, subscribe_with_reader) == []


async def find_mismatches(
    attempts: Mapping[str, Attempt], run: Callable[[Attempt, Case], Awaitable[str]]
) -> list[tuple[str, str, str, str]]:
    """Run attempts, and return (table name, case, actual outcome, expected outcome) for each mismatch with the table."""
    all_cases, mismatches, attempt_count = await cases(), [], 0
    for name, attempt in attempts.items():
        depends_on_rows = any("about" in rule for rule in PERMISSIONS[name]["rules"])
        for case in all_cases:
            if case.about == "seen" or depends_on_rows:
                outcome, expected = await run(attempt, case), expected_outcome(name, case)
                attempt_count += 1
                if outcome != expected:
                    mismatches.append((name, str(case), outcome, expected))
    assert attempt_count > 15 * len(attempts)
    return mismatches


def expected_outcome(name: str, case: Case) -> str:
    """Return the outcome that the first matching rule of the table defines for a case."""
    if case.member is None and not PERMISSIONS[name].get("anyone"):
        return "UNAUTHENTICATED"
    roles, kind = (set(case.member.roles), case.member.kind) if case.member else (set(), None)
    return next(
        str(rule["then"])
        for rule in PERMISSIONS[name]["rules"]
        if rule.get("kind", kind) == kind
        and set(rule.get("has", ())) <= roles
        and rule.get("about", case.about) == case.about
    )


async def make_variables(attempt: Attempt, case: Case) -> Json:
    result: Any = attempt.variables(case)
    variables: Json = await result if inspect.isawaitable(result) else result
    return variables


async def execute(attempt: Attempt, case: Case) -> str:
    context = Context(INSTALLATION, InboxReader(), "192.0.2.1", case.viewer)
    return get_outcome(attempt, case, await ask_in(context, attempt.document, **await make_variables(attempt, case)))


async def execute_and_roll_back(attempt: Attempt, case: Case) -> str:
    """Execute a mutation and return its outcome, but roll back its changes so that they do not affect other cases."""
    outcome = ""
    try:
        async with transaction():
            outcome = await execute(attempt, case)
            raise _RollbackError
    except _RollbackError:
        return outcome


def get_outcome(attempt: Attempt, case: Case, response: Json) -> str:
    if "errors" in response:
        return ", ".join(error["extensions"]["code"] for error in response["errors"])
    (value,) = response["data"].values()
    if value is None or value == [None]:
        return "null"
    if attempt.get_listed_id is not None:
        rows = value["nodes"] if isinstance(value, dict) else value
        return "listed" if {"id": attempt.get_listed_id(case)} in rows else "not listed"
    errors = value.get("errors", []) if isinstance(value, dict) else value if isinstance(value, list) else []
    input_errors = [f"{error['code']} at {'.'.join(error['path'])}" for error in errors if "code" in error]
    return ", ".join(input_errors) or ("refused" if value is False else "done")


async def subscribe(reader: InboxReader, attempt: Attempt, case: Case) -> str:
    streams = TrackerStreams()
    context = Context(INSTALLATION, reader, "192.0.2.1", case.viewer, streams)
    try:
        operation = executor().prepare(Request(attempt.document, await make_variables(attempt, case), None), context)
    except GraphQLRequestError as error:
        return get_outcome(attempt, case, error.formatted)
    async with run_feed(streams), aclosing(stream_results(executor(), operation, context, "a request")) as responses:
        next_response = asyncio.ensure_future(anext(responses))
        if "trackerChanged" in attempt.document:
            await wait_until(lambda: next_response.done() or case.rows.tracker.id in streams)
            await publish_event(case, streams)
        async with asyncio.timeout(TIMEOUT):
            response = (await next_response).result
    if "errors" in response:
        return ", ".join(error["extensions"]["code"] for error in response["errors"])
    (value,) = response["data"].values()
    return "event" if value["tracker"] else "event without tracker"


async def publish_event(case: Case, streams: TrackerStreams) -> None:
    await TrackerEvent.create(
        organisation=case.rows.organisation,
        tracker=case.rows.tracker,
        kind=TrackerEventKind.UPDATED,
        at=now(),
        version=case.rows.tracker.version,
    )
    streams.wake(str(case.rows.tracker.id))
