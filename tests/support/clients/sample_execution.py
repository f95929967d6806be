"""Executing operations of the sample schema without a transport."""

from typing import Any

from server.execution.executor import GraphQLExecutor
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from tests.support.servers.sample_schema import ADA, SCHEMA


async def execute(query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the result of an operation, as the member "ada"; its request id is ``r1``."""
    executor = GraphQLExecutor(SCHEMA)
    try:
        operation = executor.prepare(Request(query, variables or {}), ADA)
    except GraphQLRequestError as error:
        return error.formatted
    return await executor.execute(operation, ADA, "r1")
