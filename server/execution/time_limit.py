"""The limit on the time that an operation may take, or one event of a subscription, and each of its statements."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from graphql import ExecutionResult, GraphQLError, OperationType

from server.protocol.error_codes import Code
from server.protocol.errors import is_statement_timeout
from server.protocol.request_errors import GraphQLRequestError

T = TypeVar("T")


class TimeLimit:
    """Stops what takes longer than ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def hold(self, operation_type: OperationType, execution: Awaitable[T]) -> T:
        """Return what an execution returns.

        Raises GraphQLRequestError if it takes too long. It is then cancelled and its current transaction rolled back,
        but transactions that it has already committed are kept.
        """
        try:
            async with asyncio.timeout(self._seconds) as timeout:
                return await execution
        except TimeoutError:
            if not timeout.expired():
                raise
            raise _error(
                f"The operation took longer than {self._seconds:g} s and was stopped", operation_type
            ) from None


def raise_statement_timeout(operation_type: OperationType, result: ExecutionResult) -> None:
    """Raise GraphQLRequestError if PostgreSQL has stopped a statement of an operation, whose result is then incomplete."""
    if result.errors and any(map(is_statement_timeout, result.errors)):
        raise _error("The operation needed a statement that took too long and was stopped", operation_type)


def _error(message: str, operation_type: OperationType) -> GraphQLRequestError:
    if operation_type is OperationType.MUTATION:
        message += ". It may have taken effect: check before repeating it, or repeat it with the same idempotencyKey"
    return GraphQLRequestError([GraphQLError(message, extensions={"code": Code.OPERATION_TIMEOUT.value})], status=504)
