"""The metrics and log lines of operations that fail before or during execution."""

import asyncio
import logging

import pytest
import strawberry
from prometheus_client import REGISTRY

from schema.declaration.base import Schema
from server.execution.executor import GraphQLExecutor
from server.execution.instrumented_executor import InstrumentedExecutor
from server.limits import Limits
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from tests.support.servers.sample_schema import ADA


@strawberry.type
class Query:
    @strawberry.field
    async def slow(self) -> str:
        await asyncio.sleep(60)
        return "done"


def error_count(code: str) -> float:
    return REGISTRY.get_sample_value("trackers_errors_total", {"code": code}) or 0


async def test_a_timeout_is_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "trackers")
    executor = InstrumentedExecutor(GraphQLExecutor(Schema(Query), Limits(operation_seconds=0.05)))
    previous_count = error_count("OPERATION_TIMEOUT")
    with pytest.raises(GraphQLRequestError):
        await executor.execute(executor.prepare(Request("{ slow }"), ADA), ADA, "r1")
    assert error_count("OPERATION_TIMEOUT") == previous_count + 1
    (record,) = caplog.records
    fields = {name: record.__dict__[name] for name in ("request_id", "operation", "fields", "member_id", "errors")}
    assert fields == {
        "request_id": "r1",
        "operation": "query",
        "fields": ("slow",),
        "member_id": "ada",
        "errors": ["OPERATION_TIMEOUT"],
    }


def test_a_syntax_error_is_counted_but_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "trackers")
    executor = InstrumentedExecutor(GraphQLExecutor(Schema(Query)))
    previous_count = error_count("GRAPHQL_PARSE_FAILED")
    with pytest.raises(GraphQLRequestError):
        executor.prepare(Request("{"), ADA)
    assert error_count("GRAPHQL_PARSE_FAILED") == previous_count + 1
    assert caplog.records == []
