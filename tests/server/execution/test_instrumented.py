"""What the observed executor notes of operations that were refused: before they ran, and while they did."""

import asyncio
import logging

import pytest
import strawberry
from prometheus_client import REGISTRY

from schema.base import Schema
from server.execution.executor import GraphQLExecutor
from server.execution.instrumented import InstrumentedExecutor
from server.limits import Limits
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from tests.support.servers.sample_schema import Context, FakeApp

ADA = Context(FakeApp(), "ada", None)


@strawberry.type
class Query:
    @strawberry.field
    async def slow(self) -> str:
        await asyncio.sleep(60)
        return "done"


def counted(code: str) -> float:
    return REGISTRY.get_sample_value("trackers_errors_total", {"code": code}) or 0


async def test_one_that_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "trackers")
    executor = InstrumentedExecutor(GraphQLExecutor(Schema(Query), Limits(operation_seconds=0.05)))
    before = counted("OPERATION_TIMEOUT")
    with pytest.raises(GraphQLRequestError):
        await executor.execute(executor.prepare(Request("{ slow }"), ADA), ADA, "r1")
    assert counted("OPERATION_TIMEOUT") == before + 1
    (line,) = caplog.records
    told = {name: line.__dict__[name] for name in ("request_id", "operation", "fields", "member_id", "errors")}
    assert told == {
        "request_id": "r1",
        "operation": "query",
        "fields": ("slow",),
        "member_id": "ada",
        "errors": ["OPERATION_TIMEOUT"],
    }


def test_one_that_is_never_begun(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "trackers")
    executor = InstrumentedExecutor(GraphQLExecutor(Schema(Query)))
    before = counted("GRAPHQL_PARSE_FAILED")
    with pytest.raises(GraphQLRequestError):
        executor.prepare(Request("{"), ADA)
    assert counted("GRAPHQL_PARSE_FAILED") == before + 1
    assert caplog.records == []
