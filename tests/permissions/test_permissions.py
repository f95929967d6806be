"""The schema permits what the table of permissions says: every root field, in every case."""

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
from server.protocol.messages import Request
from services.notifications.inbox_reader import InboxReader
from services.notifications.tracker_stream import TrackerStreams
from tests.support.clients.attempts import MUTATIONS, QUERIES, SUBSCRIPTIONS, VALIDATIONS, Attempt
from tests.support.clients.graphql import INSTALLATION, ask_in, executor
from tests.support.clients.subscriptions import TIMEOUT, run_reader, wait_until
from tests.support.factories import now
from tests.support.scenarios.college import Json
from tests.support.scenarios.permissions import Case, cases

TABLE: Mapping[str, Json] = tomllib.loads((Path(__file__).parent / "table.toml").read_text())


class _RollbackError(Exception):
    """Ends a transaction whose changes are not to be kept."""


def test_the_table_and_the_attempts_name_every_root_field() -> None:
    schema = make_schema().graphql_schema
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    fields = {name for root in roots if root is not None for name in root.fields}
    assert {name.split()[0] for name in TABLE} == fields
    assert set(TABLE) == {*QUERIES, *VALIDATIONS, *MUTATIONS, *SUBSCRIPTIONS}


async def test_queries(database: str) -> None:
    assert await differences({**QUERIES, **VALIDATIONS}, execute) == []


async def test_mutations(database: str) -> None:
    assert await differences(MUTATIONS, execute_and_roll_back) == []


async def test_subscriptions(database: str) -> None:
    async with run_reader(database) as reader:

        async def subscribe_with_reader(attempt: Attempt, case: Case) -> str:
            return await subscribe(reader, attempt, case)

        assert await differences(SUBSCRIPTIONS, subscribe_with_reader) == []


async def differences(
    attempts: Mapping[str, Attempt], run: Callable[[Attempt, Case], Awaitable[str]]
) -> list[tuple[str, str, str, str]]:
    """Return where the outcome is not what the table says: the table's name, the case, the outcome and the expected one."""
    all_cases, different, tried = await cases(), [], 0
    for name, attempt in attempts.items():
        depends_on_rows = any("about" in rule for rule in TABLE[name]["rules"])
        for case in all_cases:
            if case.about == "seen" or depends_on_rows:
                outcome, expected = await run(attempt, case), expected_outcome(name, case)
                tried += 1
                if outcome != expected:
                    different.append((name, str(case), outcome, expected))
    assert tried > 15 * len(attempts)
    return different


def expected_outcome(name: str, case: Case) -> str:
    """Return the outcome of the table's first rule that fits the case."""
    if case.member is None and not TABLE[name].get("anyone"):
        return "UNAUTHENTICATED"
    roles, kind = (set(case.member.roles), case.member.kind) if case.member else (set(), None)
    return next(
        str(rule["then"])
        for rule in TABLE[name]["rules"]
        if rule.get("kind", kind) == kind
        and set(rule.get("has", ())) <= roles
        and rule.get("about", case.about) == case.about
    )


async def variables_of(attempt: Attempt, case: Case) -> Json:
    result: Any = attempt.variables(case)
    variables: Json = await result if inspect.isawaitable(result) else result
    return variables


async def execute(attempt: Attempt, case: Case) -> str:
    context = Context(INSTALLATION, InboxReader(), "192.0.2.1", case.viewer)
    return outcome_of(attempt, case, await ask_in(context, attempt.document, **await variables_of(attempt, case)))


async def execute_and_roll_back(attempt: Attempt, case: Case) -> str:
    """Return the outcome of a mutation, and undo it, so that the next case finds every row as it was."""
    outcome = ""
    try:
        async with transaction():
            outcome = await execute(attempt, case)
            raise _RollbackError
    except _RollbackError:
        return outcome


def outcome_of(attempt: Attempt, case: Case, answer: Json) -> str:
    if "errors" in answer:
        return ", ".join(error["extensions"]["code"] for error in answer["errors"])
    (value,) = answer["data"].values()
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
    operation = executor().prepare(Request(attempt.document, await variables_of(attempt, case), None), context)
    async with aclosing(executor().subscribe(operation, context, "a request")) as answers:
        next_answer = asyncio.ensure_future(anext(answers))
        if "trackerChanged" in attempt.document:
            await wait_until(lambda: next_answer.done() or case.rows.tracker.id in streams)
            await add_event(case, streams)
        async with asyncio.timeout(TIMEOUT):
            answer = await next_answer
    if "errors" in answer:
        return ", ".join(error["extensions"]["code"] for error in answer["errors"])
    (value,) = answer["data"].values()
    return "heard" if value["tracker"] else "heard without the tracker"


async def add_event(case: Case, streams: TrackerStreams) -> None:
    await TrackerEvent.create(
        organisation=case.rows.organisation,
        tracker=case.rows.tracker,
        kind=TrackerEventKind.UPDATED,
        at=now(),
        version=case.rows.tracker.version,
    )
    streams.wake(str(case.rows.tracker.id))
