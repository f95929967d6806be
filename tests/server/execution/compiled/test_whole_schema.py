"""Property-based test over the whole schema: compiled answers are the bytes of graphql-core's, errors included.

The environment variable ``DOCUMENTS`` says how many documents are tried; ``make compare`` tries 100,000.
"""

import os
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from graphql import parse, validate
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

import models
from models.database import database as connected_models
from resolvers.schema_root import make_schema
from schema.base import Schema
from schema.context import Context
from server.execution.executor import GraphQLExecutor
from server.limits import Limits
from server.observability.metrics import EXECUTOR_FALLBACKS
from server.protocol.messages import Request, decode, encode
from server.protocol.request_errors import GraphQLRequestError
from server.setting_values import database_credentials
from services.demo.fill import fill_demo
from services.notifications.inbox_reader import InboxReader
from services.viewer import Viewer
from tests.support.clients.graphql import INSTALLATION, gid, viewer
from tests.support.databases.postgres import fresh_database
from tests.support.scenarios.faults import FAULTS, Faults, faulty_resolvers
from tests.support.scenarios.random_documents import RandomDocuments, coordinates

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

DOCUMENTS = int(os.environ.get("DOCUMENTS", "2000"))
"""How many documents are compared, half of them with faults."""
SETTINGS = settings(
    max_examples=DOCUMENTS // 2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
LIMITS = Limits(cost_bucket=10**12, max_cost=10**12, max_depth=100, max_aliases=10_000, max_directives=10_000)
MODELS = [models.Tracker, models.Learner, models.Member, models.Employer, models.Programme, models.TrackerEvent]
SIGNED = re.compile(rb"/files/[^\"]+")


class World:
    """The demo data, two members who are signed in, and executors of both kinds on the same schema."""

    def __init__(
        self, schema: Schema, viewers: Sequence[Viewer], ids: list[str], faults: Faults, resolvers: dict[str, int]
    ) -> None:
        self.schema = schema.graphql_schema
        self.faults = faults
        self.resolvers = resolvers
        self.viewers = viewers
        self.compiled = GraphQLExecutor(schema, LIMITS)
        self.plain = GraphQLExecutor(schema, LIMITS, compiled=False)
        self.documents = RandomDocuments(self.schema, ids, ["JOB", "a", "Smith", "rubbish"])

    async def answer(self, executor: GraphQLExecutor, request: Request, viewer: Viewer) -> bytes:
        context = Context(INSTALLATION, InboxReader(), "127.0.0.1", viewer)
        try:
            operation = executor.prepare(request, context)
        except GraphQLRequestError as error:
            return encode(error.formatted)
        return SIGNED.sub(b"", encode(await executor.execute(operation, context, "r")))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(postgres: str, template: str) -> AsyncIterator[World]:
    async with fresh_database(postgres, template) as url, connected_models(database_credentials(url)):
        await fill_demo()
        members = [await models.Member.filter(kind=kind).order_by("id").first() for kind in models.MemberKind]
        viewers = [await viewer(member) for member in members if member is not None]
        ids = ["rubbish"]
        for model in MODELS:
            rows: list[Any] = await model.filter(organisation_id=viewers[0].organisation_id).limit(5)
            ids += map(gid, rows)
        schema = make_schema()
        faults = Faults()
        with faulty_resolvers(schema.graphql_schema, faults) as resolvers:
            yield World(schema, viewers, ids, faults, resolvers)


def fallbacks() -> dict[str, float]:
    return {
        sample.labels["reason"]: sample.value for metric in EXECUTOR_FALLBACKS.collect() for sample in metric.samples
    }


def parts(answer: bytes) -> tuple[list[bytes], bytes]:
    """Return the errors of an answer, sorted, and its data."""
    decoded = decode(answer)
    return sorted(map(encode, decoded.get("errors", []))), encode(decoded.get("data"))


async def are_equal(world: World, request: Request, viewer: Viewer, compiled: bytes, plain: bytes) -> bool:
    """Return whether two answers are equal, but for what depends on the time that the database takes.

    Where fields wait for it at the same time, the one that is answered first has the first error. If that makes an
    object null, the errors of the others in it are dropped; with ``onError: NULL`` none is.
    """
    errors, data = parts(compiled)
    plain_errors, plain_data = parts(plain)
    if data != plain_data or not errors or not plain_errors:
        return False
    if request.on_error != "NULL":
        plain_errors = parts(await world.answer(world.plain, replace(request, on_error="NULL"), viewer))[0]
        return set(errors) <= set(plain_errors)
    return errors == plain_errors


async def compare(world: World, viewer: Viewer, text: str, variables: dict[str, Any], on_error: str | None) -> bytes:
    errors = validate(world.schema, parse(text))
    assert errors == [], text
    request = Request(text, variables, None, on_error)
    compiled = await world.answer(world.compiled, request, viewer)
    plain = await world.answer(world.plain, request, viewer)
    assert compiled == plain or await are_equal(world, request, viewer, compiled, plain), (text, variables)
    event("with errors" if b'"errors"' in plain else "without errors")
    return plain


@given(st.randoms(use_true_random=False), st.sampled_from([None, "NULL", "HALT"]))
@SETTINGS
async def test_documents_without_faults(world: World, random: Random, on_error: str | None) -> None:
    world.faults.resolver = None
    before = fallbacks()
    text, variables = world.documents.query(random)
    answer = await compare(world, random.choice(world.viewers), text, variables, on_error)
    assert fallbacks() == before or b'"errors"' in answer
    # A resolver that reads a column without having named it would fail in both ways.
    assert b"INTERNAL_SERVER_ERROR" not in answer, (text, variables)


@given(
    st.randoms(use_true_random=False),
    st.sampled_from([None, "NULL", "HALT"]),
    st.integers(0, 1_000),
    st.sampled_from(FAULTS),
    st.integers(1, 2),
)
@SETTINGS
async def test_documents_with_faults(
    world: World, random: Random, on_error: str | None, number: int, fault: Callable[[Any], Any], modulus: int
) -> None:
    text, variables = world.documents.query(random)
    faulty = [world.resolvers[name] for name in coordinates(world.schema, parse(text)) if name in world.resolvers]
    world.faults.resolver = faulty[number % len(faulty)] if faulty else None
    world.faults.fault, world.faults.modulus = fault, modulus
    await compare(world, random.choice(world.viewers), text, variables, on_error)
