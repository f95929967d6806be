"""The error behaviours of GraphQL's proposed request parameter ``onError``: what an error in a field does to the rest.

See https://github.com/graphql/graphql-spec/pull/1236. Each behaviour is a class of graphql-core's executors. Without an
error they all have the same result, so the compiled executor only leaves operations with an error to them.
"""

import asyncio
from collections.abc import Awaitable, Coroutine, Generator
from enum import StrEnum
from typing import Any, NoReturn

from graphql import FieldNode, GraphQLOutputType, GraphQLResolveInfo, located_error
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path

from schema.declaration.fields import Then
from server.execution.paced_executor import PacedExecutor
from server.protocol.error_codes import Code
from server.protocol.request_errors import request_error


class ErrorBehaviour(StrEnum):
    """A value of ``onError``."""

    NULL = "NULL"
    PROPAGATE = "PROPAGATE"
    HALT = "HALT"


def parse_error_behaviour(value: object) -> ErrorBehaviour:
    """Return the behaviour that a request asks for, PROPAGATE if it does not say. Raises GraphQLRequestError."""
    if value is None:
        return ErrorBehaviour.PROPAGATE
    if isinstance(value, str) and value in ErrorBehaviour.__members__:
        return ErrorBehaviour(value)
    raise request_error("onError must be NULL, PROPAGATE or HALT", Code.BAD_REQUEST)


class _ClosedUnlessAwaited:
    """A coroutine that is closed if nothing has begun to await it when nothing refers to it any more."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield from self._coroutine.__await__())  # a generator, so that it refers to this object meanwhile

    def __del__(self) -> None:
        self._coroutine.close()


def _close_unless_awaited(result: Any) -> Any:
    return _ClosedUnlessAwaited(result) if asyncio.iscoroutine(result) else result


def _retrieve_exception(future: "asyncio.Future[Any]") -> None:
    """Take note of a future's exception, so that asyncio does not log that nobody has."""
    if not future.cancelled():
        future.exception()


class PropagatingExecutor(PacedExecutor):
    """Lets an error make the next nullable field above it null, as the specification says.

    graphql-core cancels the siblings of a field that failed, and with each the future for which it waits. Such a future is
    a data loader's, though, for which fields elsewhere may wait too: they would be cancelled, and with them the operation.
    Therefore a future that is no task is cancelled only together with the operation.
    """

    def __init__(self, *args: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._operation = asyncio.current_task()

    def complete_awaitable_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Return an awaitable that completes the value of an awaitable that a resolver has returned.

        A task of graphql-core's that is cancelled before its first step awaits neither, of which Python would warn; nor
        does it retrieve the exception of a future.
        """
        future = result.future if isinstance(result, Then) else result
        if isinstance(future, asyncio.Future):
            future.add_done_callback(_retrieve_exception)
        awaitable = _close_unless_awaited(result)
        return _ClosedUnlessAwaited(
            super().complete_awaitable_value(return_type, field_details_list, info, path, awaitable, position_context)
        )

    def execute_field(self, *arguments: Any) -> Any:
        """Return the completed value of a field, or an awaitable of it, such as one of the fields of an object."""
        return _close_unless_awaited(super().execute_field(*arguments))

    def complete_list_item_value(self, item: Any, outputs: list[Any], *place: Any) -> bool:
        """Append the completed item of a list, or an awaitable of it, and return whether it is awaitable."""
        is_awaitable = super().complete_list_item_value(item, outputs, *place)
        if is_awaitable:
            outputs[-1] = _close_unless_awaited(outputs[-1])
        return is_awaitable

    def execute_fields(self, *arguments: Any) -> Any:
        """Return the results of fields, or an awaitable of them, which may not be awaited either."""
        return _close_unless_awaited(super().execute_fields(*arguments))

    def complete_iterable_value(self, *arguments: Any) -> Any:
        """Return the completed items of a list, or an awaitable of them."""
        return _close_unless_awaited(super().complete_iterable_value(*arguments))

    async def with_abort_signal(self, awaitable: Awaitable[Any]) -> Any:
        """Return the value of an awaitable that a resolver has returned."""
        future = awaitable.future if isinstance(awaitable, Then) else awaitable
        if isinstance(future, asyncio.Future) and not isinstance(future, asyncio.Task) and not future.done():
            try:
                await asyncio.wait([future])
            except asyncio.CancelledError:
                if self._operation is not None and self._operation.cancelling():
                    future.cancel()
                raise
        return await super().with_abort_signal(awaitable)


class NullingExecutor(PropagatingExecutor):
    """Puts null in the place of each field or list element that fails, even if its type is non-null."""

    def __init__(self, *args: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_propagation = False


class HaltingExecutor(PropagatingExecutor):
    """Stops at the first error: the result has this error only, and null for ``data``.

    Root fields of a mutation that come later are not executed; what earlier ones have written is kept.
    """

    def handle_field_error(
        self, raw_error: Exception, return_type: GraphQLOutputType, field_details_list: list[FieldDetails], path: Path
    ) -> NoReturn:
        """Raise the error whatever the type, so that no selection set or list on the way to the root catches it."""
        nodes: list[FieldNode] = [details.node for details in field_details_list]
        raise located_error(raw_error, nodes, path.as_list())

    def settle_in_background(self, awaitables: list[Awaitable[Any]]) -> None:
        """Cancel the siblings of a field that failed, which graphql-core would let run on behind the response."""
        super().settle_in_background(awaitables)
        for future in self.background_futures:
            future.add_done_callback(_retrieve_exception)  # that of being cancelled
            # Not at once: a coroutine that is cancelled before its first step leaves others that were never awaited.
            asyncio.get_running_loop().call_soon(future.cancel)


EXECUTOR_CLASSES: dict[ErrorBehaviour, type[PacedExecutor]] = {
    ErrorBehaviour.NULL: NullingExecutor,
    ErrorBehaviour.PROPAGATE: PropagatingExecutor,
    ErrorBehaviour.HALT: HaltingExecutor,
}
