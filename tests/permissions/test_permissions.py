"""The table of permissions is what the schema does: every root field, tried by everyone on everything."""

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
from tests.support.clients.attempts import ASKING, DOING, DRY, HEARING, Attempt
from tests.support.clients.graphql import INSTALLATION, ask_in, executor
from tests.support.clients.subscriptions import TIMEOUT, reader_of, until
from tests.support.factories import now
from tests.support.scenarios.college import Json
from tests.support.scenarios.permissions import Case, cases

TABLE: Mapping[str, Json] = tomllib.loads((Path(__file__).parent / "table.toml").read_text())


class _Undo(Exception):  # noqa: N818 - a way out of the transaction
    pass


def test_the_table_names_every_root_field_and_every_row_is_tried() -> None:
    schema = make_schema()._schema
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    fields = {name for root in roots if root is not None for name in root.fields}
    assert {name.split()[0] for name in TABLE} == fields
    assert set(TABLE) == {*ASKING, *DRY, *DOING, *HEARING}


async def test_what_is_asked(database: str) -> None:
    assert await differences({**ASKING, **DRY}, answered) == []


async def test_what_is_done(database: str) -> None:
    assert await differences(DOING, done_and_undone) == []


async def test_what_is_heard(database: str) -> None:
    async with reader_of(database) as reader:

        async def hear(attempt: Attempt, case: Case) -> str:
            return await heard(reader, attempt, case)

        assert await differences(HEARING, hear) == []


async def differences(
    attempts: Mapping[str, Attempt], trying: Callable[[Attempt, Case], Awaitable[str]]
) -> list[tuple[str, str, str, str]]:
    """Where what comes of it is not what the table says: who tried what, what came of it, and what should have."""
    everybody, wrong, tried = await cases(), [], 0
    for name, attempt in attempts.items():
        rows = any("about" in rule for rule in TABLE[name]["rules"])
        for case in everybody:
            if case.about == "seen" or rows:
                came, should = await trying(attempt, case), expected(name, case)
                tried += 1
                if came != should:
                    wrong.append((name, str(case), came, should))
    assert tried > 15 * len(attempts)
    return wrong


def expected(name: str, case: Case) -> str:
    """What the table says."""
    if case.who is None and not TABLE[name].get("anyone"):
        return "UNAUTHENTICATED"
    roles, kind = (set(case.who.roles), case.who.kind) if case.who else (set(), None)
    return next(
        str(rule["then"])
        for rule in TABLE[name]["rules"]
        if rule.get("kind", kind) == kind
        and set(rule.get("has", ())) <= roles
        and rule.get("about", case.about) == case.about
    )


async def variables_of(attempt: Attempt, case: Case) -> Json:
    found: Any = attempt.variables(case)
    variables: Json = await found if inspect.isawaitable(found) else found
    return variables


async def answered(attempt: Attempt, case: Case) -> str:
    context = Context(INSTALLATION, InboxReader(), "192.0.2.1", case.viewer)
    return outcome(attempt, case, await ask_in(context, attempt.document, **await variables_of(attempt, case)))


async def done_and_undone(attempt: Attempt, case: Case) -> str:
    """What comes of it; then it is taken back, so that whoever is next finds everything as it was."""
    came = ""
    try:
        async with transaction():
            came = await answered(attempt, case)
            raise _Undo
    except _Undo:
        return came


def outcome(attempt: Attempt, case: Case, answer: Json) -> str:
    if "errors" in answer:
        return ", ".join(error["extensions"]["code"] for error in answer["errors"])
    (value,) = answer["data"].values()
    if value is None or value == [None]:
        return "null"
    if attempt.listed is not None:
        rows = value["nodes"] if isinstance(value, dict) else value
        return "listed" if {"id": attempt.listed(case)} in rows else "not listed"
    errors = value.get("errors", []) if isinstance(value, dict) else value if isinstance(value, list) else []
    told = [f"{error['code']} at {'.'.join(error['path'])}" for error in errors if "code" in error]
    return ", ".join(told) or ("refused" if value is False else "done")


async def heard(reader: InboxReader, attempt: Attempt, case: Case) -> str:
    streams = TrackerStreams()
    context = Context(INSTALLATION, reader, "192.0.2.1", case.viewer, streams)
    operation = executor().prepare(Request(attempt.document, await variables_of(attempt, case), None), context)
    async with aclosing(executor().subscribe(operation, context, "a request")) as answers:
        waiting = asyncio.ensure_future(anext(answers))
        if "trackerChanged" in attempt.document:
            await until(lambda: waiting.done() or case.on.tracker.id in streams)
            await something_happens(case, streams)
        async with asyncio.timeout(TIMEOUT):
            answer = await waiting
    if "errors" in answer:
        return ", ".join(error["extensions"]["code"] for error in answer["errors"])
    (value,) = answer["data"].values()
    return "heard" if value["tracker"] else "heard without the tracker"


async def something_happens(case: Case, streams: TrackerStreams) -> None:
    await TrackerEvent.create(
        organisation=case.on.organisation,
        tracker=case.on.tracker,
        kind=TrackerEventKind.UPDATED,
        at=now(),
        version=case.on.tracker.version,
    )
    streams.wake(str(case.on.tracker.id))
