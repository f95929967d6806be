"""Answers: how those of the compiled executor are encoded, and what a client is told of a result."""

import datetime as dt
from typing import Any

import orjson
from graphql import ExecutionResult

from server.execution.compiled.registry import Encoding
from server.protocol.errors import format_execution_errors
from server.protocol.messages import encode

NATIVE_SCALARS = {"Date": dt.date, "DateTime": dt.datetime}
"""The scalars that orjson writes as ``schema.declaration.scalars`` does; a test compares them."""

ENCODING = Encoding(encode=encode, splice=orjson.Fragment, native=NATIVE_SCALARS)


def format_result(result: ExecutionResult, request_id: str) -> dict[str, Any]:
    """Return a result as JSON, without ``data`` if nothing was executed; errors are logged with the request id."""
    formatted: dict[str, Any] = {}
    if result.errors:
        formatted["errors"] = format_execution_errors(result.errors, request_id)
    # An error without a path is a request error: nothing was executed, so there is no data, not even null.
    if result.data is not None or not result.errors or any(error.path for error in result.errors):
        formatted["data"] = result.data
    return formatted
