"""One execution of a compiled operation: its infos and arguments, and the values that it waits for."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Sequence
from inspect import iscoroutine
from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode
from graphql.execution import VariableValues
from strawberry.execution import optimized_is_awaitable

from server.execution.compiled.encoded import EncodedField
from server.execution.compiled.gaps import Deferred, Rest
from server.execution.compiled.turns import Turn, Turnstile

_LISTS = (list, tuple)
_UNITS_OF_GAP = 5
BYTES_PER_UNIT = 100
"""How many bytes of JSON take as long to encode as the completion of a field, at the least."""


class Run:
    """The state of one execution. Most attributes are those that strawberry's executor makes an ``Info`` of."""

    __slots__ = (
        "abort_signal",
        "arguments",
        "async_helpers",
        "context_value",
        "encodings",
        "fragment_definitions",
        "infos",
        "is_awaitable",
        "operation",
        "operation_extensions",
        "pending",
        "rest",
        "root_value",
        "schema",
        "turn",
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
        turn: Turn | None = None,
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
        self.rest: deque[Rest] = deque()
        self.encodings: list[tuple[Deferred, Any]] = []
        self.turn = turn or Turn(Turnstile())

    def later(self, items: Collection[Any], complete: Callable[[Any, Any], Any], weight: int) -> list[Any]:
        """Return a list that is filled in turns, because it takes too long to complete these items at once."""
        outputs: list[Any] = []
        self.rest.append(Rest(outputs, items, complete, weight))
        return outputs

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

    def encode(self, value: Any, name: str, field: EncodedField, key: Hashable, previous: Deferred | None) -> Deferred:
        """Leave a gap for the encoded output of a value, which may be awaitable."""
        deferred = Deferred(value, name, field.complete, previous)
        deferred.encoding = field, key
        if optimized_is_awaitable(value):
            self.pending.append(deferred)
        else:
            self.encodings.append((deferred, value))
        return deferred

    @property
    def has_gaps(self) -> bool:
        """Return whether ``settle`` has anything to do."""
        return bool(self.pending or self.rest or self.encodings)

    async def settle(self) -> None:
        """Fill all gaps, level after level. Whatever an awaitable or a completion raises is raised."""
        while self.has_gaps:
            await self._complete_rest()
            encodings, self.encodings = self.encodings, []
            for deferred, value in encodings:
                assert deferred.container is not None
                assert deferred.encoding is not None
                deferred.container[deferred.key] = await self._encoded(*deferred.encoding, value)
            level, self.pending = self.pending, []
            values = await settled([deferred.awaitable for deferred in level])
            for deferred, value in zip(level, values, strict=True):
                if not self.turn.spend(_UNITS_OF_GAP):
                    await self.turn.next()
                if deferred.encoding is not None:
                    self.encodings.append((deferred, value))
                else:
                    assert deferred.container is not None
                    deferred.container[deferred.key] = deferred.complete(value, self)

    async def _complete_rest(self) -> None:
        """Complete what is left of lists, as much in a turn as it has units for."""
        while self.rest:
            rest = self.rest.popleft()
            for item in rest.items:
                if self.turn.left < 0:
                    await self.turn.next()
                self.turn.spend(rest.weight)
                rest.outputs.append(rest.complete(item, self))

    async def _encoded(self, field: EncodedField, key: Hashable, value: Any) -> Any:
        """Return a value's encoded output, from what is kept or made anew, one element of a list at a time."""
        kept = field.get(key)  # another row with this key may have come first
        if kept is not None:
            return kept
        outputs: list[Any] = []
        gaps = len(self.pending)
        items = [[item] for item in value] if type(value) in _LISTS else [value]
        pieces: list[bytes] = []
        for item in items:
            await self.turn.next()
            output = field.complete(item, self)
            await self._complete_rest()
            outputs.append(output)
            if len(self.pending) == gaps:
                pieces.append(field.encode(output))
                self.turn.spend(len(pieces[-1]) // BYTES_PER_UNIT)
        is_list = type(value) in _LISTS
        if len(self.pending) > gaps:  # it has gaps, so it can be encoded with the rest of the answer only
            return [output for (output,) in outputs] if is_list else outputs[0]
        return field.add(key, b"[" + b",".join(piece[1:-1] for piece in pieces) + b"]" if is_list else pieces[0])

    def close(self) -> None:
        """Give up the infos, which refer to this run: all that it has read is then freed without the garbage collector."""
        self.infos = []

    def abandon(self) -> None:
        """Dispose of the awaitables that nothing will wait for any more."""
        self.rest.clear()
        self.encodings.clear()
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
