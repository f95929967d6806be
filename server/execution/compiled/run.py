"""One execution of a compiled operation: its infos and arguments, and the values that it waits for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from inspect import iscoroutine
from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode
from graphql.execution import VariableValues
from strawberry.execution import optimized_is_awaitable


class Deferred:
    """A gap in a dictionary that is filled when an awaitable has been awaited and its value completed."""

    __slots__ = ("awaitable", "complete", "container", "key", "previous")

    def __init__(
        self, awaitable: Awaitable[Any], key: str, complete: Callable[[Any, Any], Any], previous: "Deferred | None"
    ) -> None:
        self.awaitable = awaitable
        self.key = key
        self.complete = complete
        self.previous = previous
        self.container: dict[str, Any] | None = None


def attach(last: Deferred | None, container: dict[str, Any]) -> None:
    """Say which dictionary the gaps are in, for a gap and those before it of the same object."""
    while last is not None:
        last.container = container
        last = last.previous


class Run:
    """The state of one execution. Most attributes are those that strawberry's executor makes an ``Info`` of."""

    __slots__ = (
        "abort_signal",
        "arguments",
        "async_helpers",
        "context_value",
        "fragment_definitions",
        "infos",
        "is_awaitable",
        "operation",
        "operation_extensions",
        "pending",
        "root_value",
        "schema",
        "variable_values",
    )

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        variables: VariableValues,
        context: Any,
        root_value: Any,
    ) -> None:
        self.schema = schema
        self.operation = operation
        self.fragment_definitions = fragments
        self.variable_values = variables
        self.context_value = context
        self.root_value = root_value
        self.is_awaitable = optimized_is_awaitable
        self.abort_signal = self.async_helpers = self.operation_extensions = None
        self.infos: list[Any] = []
        self.arguments: list[dict[str, Any]] = []
        self.pending: list[Deferred] = []

    def defer(
        self, awaitable: Awaitable[Any], key: str, complete: Callable[[Any, Any], Any], previous: Deferred | None
    ) -> Deferred:
        """Leave a gap for an awaitable value. The caller attaches it to its dictionary when that has been made."""
        deferred = Deferred(awaitable, key, complete, previous)
        self.pending.append(deferred)
        return deferred

    def other(
        self, value: Any, key: str, complete: Callable[[Any, Any], Any], previous: Deferred | None
    ) -> tuple[Any, Deferred | None]:
        """Complete a value that is not the usual one, or leave a gap if it is awaitable.

        Return the value, and the last gap of the same object.
        """
        if optimized_is_awaitable(value):
            return None, self.defer(value, key, complete, previous)
        return complete(value, self), previous

    async def settle(self) -> None:
        """Fill all gaps, level after level. Whatever an awaitable or a completion raises is raised."""
        while self.pending:
            level, self.pending = self.pending, []
            values = await settled([deferred.awaitable for deferred in level])
            for deferred, value in zip(level, values, strict=True):
                assert deferred.container is not None
                deferred.container[deferred.key] = deferred.complete(value, self)

    def close(self) -> None:
        """Give up the infos, which refer to this run: all that it has read is then freed without the garbage collector."""
        self.infos = []

    def abandon(self) -> None:
        """Dispose of the awaitables that nothing will wait for any more."""
        for deferred in self.pending:
            abandon(deferred.awaitable)
        self.pending = []


async def settled(awaitables: Sequence[Awaitable[Any]]) -> list[Any]:
    """Await all, concurrently, and return their values. Raises the first exception in their order.

    Coroutines get a task each, so that all of them have made their requests to data loaders before any is awaited.
    When one fails, these tasks are cancelled; the futures are not, because graphql-core waits for them again. If the
    caller is cancelled, they are too, so that a data loader's statement ends with the operation.
    """
    tasks: list[asyncio.Task[Any]] = []
    futures: list[Awaitable[Any]] = []
    for awaitable in awaitables:
        if iscoroutine(awaitable):
            tasks.append(asyncio.create_task(awaitable))
            futures.append(tasks[-1])
        else:
            futures.append(awaitable)
    try:
        return [await future for future in futures]
    except BaseException as error:
        for future in futures:
            (abandon if isinstance(error, Exception) else _cancel)(future)
        await cancelled(tasks)
        raise


async def cancelled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks, and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def abandon(awaitable: Awaitable[Any]) -> None:
    """Dispose of an awaitable: a coroutine never runs, and an exception of a future is not reported as lost.

    Awaitables of other classes may have a method ``close`` for that, as coroutines have, and ``cancel`` as futures have.
    """
    if isinstance(awaitable, asyncio.Future):
        awaitable.add_done_callback(_retrieve)
    elif callable(close := getattr(awaitable, "close", None)):
        close()


def _cancel(awaitable: Awaitable[Any]) -> None:
    if callable(cancel := getattr(awaitable, "cancel", None)):
        cancel()


def _retrieve(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
