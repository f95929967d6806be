"""Execution of operations of the sample schema, without a transport."""

from typing import Any

from server.execution.executor import GraphQLExecutor
from server.protocol.messages import Request
from server.protocol.request_errors import GraphQLRequestError
from tests.support.servers.sample_schema import ADA, SCHEMA


async def execute(query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """Execute an operation as the member "ada", with the request id ``r1``, and return its result."""
    executor = GraphQLExecutor(SCHEMA)
    try:
        operation = executor.prepare(Request(query, variables or {}), ADA)
    except GraphQLRequestError as error:
        return error.formatted
    return await executor.execute(operation, ADA, "r1")
