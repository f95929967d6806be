"""Property-based test over the whole schema: compiled answers are the bytes of graphql-core's, errors included.

The environment variable ``DOCUMENTS`` says how many documents are tried; ``make compare`` tries 100,000.
"""

import os
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

import models
from models.database import database as connected_models
from resolvers.schema_root import make_schema
from schema.context import Context
from schema.declaration.base import Schema
from server.execution.executor import GraphQLExecutor
from server.execution.executor_interface import Operation
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
from tests.support.generators.faults import FAULTS, Faults, faulty_resolvers
from tests.support.generators.random_documents import RandomDocument, RandomDocuments

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

DOCUMENTS = int(os.environ.get("DOCUMENTS", "2000"))
"""How many documents are compared, half of them with faults."""
SETTINGS = settings(
    max_examples=DOCUMENTS // 2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
SEEDS = st.integers(0, 2**64 - 1)
"""All that is drawn by hypothesis: it tries no seed twice, and drawing each choice would take longer than executing."""
ON_ERROR = [None, "NULL", "HALT"]
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

    async def answers(self, request: Request, viewer: Viewer) -> tuple[bytes, bytes]:
        """Return the answer of compiled execution and that of graphql-core, on one checked document.

        Compiling needs a valid document, so both would refuse the same ones. graphql-core coerces the variables anew.
        """
        operation = self.compiled.prepare(request, self._context(viewer))
        plain = replace(operation, compiled=None)
        return await self._answer(self.compiled, operation, viewer), await self._answer(self.plain, plain, viewer)

    async def _answer(self, executor: GraphQLExecutor, operation: Operation, viewer: Viewer) -> bytes:
        return SIGNED.sub(b"", encode(await executor.execute(operation, self._context(viewer), "r")))

    def _context(self, viewer: Viewer) -> Context:
        return Context(INSTALLATION, InboxReader(), "127.0.0.1", viewer)


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
        _, whole = await world.answers(replace(request, on_error="NULL"), viewer)
        return set(errors) <= set(parts(whole)[0])
    return errors == plain_errors


async def compare(world: World, viewer: Viewer, document: RandomDocument, on_error: str | None) -> bytes:
    """Compare the answers to a document, and return it. The answer is a refusal if the variables are not valid."""
    request = Request(document.text, document.values, None, on_error)
    try:
        compiled, plain = await world.answers(request, viewer)
    except GraphQLRequestError as error:
        refusal = encode(error.formatted)
        assert {entry["extensions"]["code"] for entry in decode(refusal)["errors"]} == {"BAD_USER_INPUT"}, document
        event("refused")
        return refusal
    assert compiled == plain or await are_equal(world, request, viewer, compiled, plain), document
    event("with errors" if b'"errors"' in plain else "without errors")
    return plain


@given(SEEDS)
@SETTINGS
async def test_documents_without_faults(world: World, seed: int) -> None:
    random = Random(seed)
    world.faults.resolver = None
    before = fallbacks()
    document = world.documents.query(random)
    answer = await compare(world, random.choice(world.viewers), document, random.choice(ON_ERROR))
    assert fallbacks() == before or b'"errors"' in answer
    # A resolver that reads a column without having named it would fail in both ways.
    assert b"INTERNAL_SERVER_ERROR" not in answer, document


@given(SEEDS)
@SETTINGS
async def test_documents_with_faults(world: World, seed: int) -> None:
    random = Random(seed)
    document = world.documents.query(random)
    faulty = [world.resolvers[name] for name in document.coordinates if name in world.resolvers]
    world.faults.resolver = random.choice(faulty) if faulty else None
    world.faults.fault, world.faults.modulus = random.choice(FAULTS), random.choice([1, 2])
    await compare(world, random.choice(world.viewers), document, random.choice(ON_ERROR))
