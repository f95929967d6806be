"""graphql-core's executor, interrupted in long lists so that everything else has its turn."""

from collections.abc import Awaitable, Iterable
from typing import Any

from graphql.pyutils import gather_with_cancel
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from server.execution.compiled.turns import Turn, Turnstile

_UNITS_OF_FIELD = 30
"""How many times as long graphql-core takes to complete a field as generated code."""


class PacedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Completes the items of lists until the operation's turn is over, and the others in later turns.

    Turns are counted in fields and not in time, so the order of errors is the same each time.
    """

    def __init__(self, *args: object, turn: Turn | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._turn = turn or Turn(Turnstile())

    def execute_field(self, *args: Any) -> Any:
        """Resolve and complete a field, and count it."""
        self._turn.left -= _UNITS_OF_FIELD
        return super().execute_field(*args)

    def complete_iterable_value(
        self,
        item_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        items: Iterable[Any],
        position_context: Any,
    ) -> Any:
        """Return the completed items of a list, or an awaitable of them if that takes longer than the turn lasts."""
        if not isinstance(items, list | tuple):
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)
        completion = _ListCompletion(
            self, self._turn, items, (item_type, field_details_list, info, path, position_context)
        )
        return completion.begin()


class _ListCompletion:
    """The completion of a list's items, one after the other."""

    def __init__(self, executor: Any, turn: Turn, items: list[Any] | tuple[Any, ...], place: tuple[Any, ...]) -> None:
        self._executor = executor
        self._turn = turn
        self._items = items
        self._place = place
        self._outputs: list[Any] = []
        self._awaitables: list[int] = []
        """The positions of those outputs that are awaitable."""

    def begin(self) -> Any:
        """Return the outputs, or an awaitable of them."""
        while len(self._outputs) < len(self._items):
            if self._turn.left < 0:
                return self._go_on()
            self._complete_next()
        return self._gather() if self._awaitables else self._outputs

    async def _go_on(self) -> list[Any]:
        try:
            while len(self._outputs) < len(self._items):
                if self._turn.left < 0:
                    await self._turn.next()
                self._complete_next()
        except BaseException:
            self._settle()
            raise
        return await self._gather() if self._awaitables else self._outputs

    def _complete_next(self) -> None:
        """Complete the next item. Raises the error of an item that must not be null, like graphql-core."""
        item_type, details, info, path, context = self._place
        index = len(self._outputs)
        item, item_path = self._items[index], path.add_key(index, None)
        executor = self._executor
        if executor.is_awaitable(item):
            self._outputs.append(
                executor.complete_awaitable_list_item_value(item, item_type, details, info, item_path, context)
            )
            self._awaitables.append(index)
            return
        try:
            is_awaitable = executor.complete_list_item_value(
                item, self._outputs, item_type, details, info, item_path, context
            )
        except Exception:
            self._settle()
            raise
        if is_awaitable:
            self._awaitables.append(index)

    def _settle(self) -> None:
        """Let what is left of the list end in the background, like graphql-core: others may wait for the same."""
        rest = [item for item in self._items[len(self._outputs) + 1 :] if self._executor.is_awaitable(item)]
        awaitables: list[Awaitable[Any]] = [self._outputs[index] for index in self._awaitables]
        self._awaitables = []
        if awaitables or rest:
            self._executor.settle_in_background([*awaitables, *rest])

    async def _gather(self) -> list[Any]:
        outputs, positions = self._outputs, self._awaitables
        if len(positions) == 1:
            outputs[positions[0]] = await outputs[positions[0]]
            return outputs
        values = await gather_with_cancel(*(outputs[position] for position in positions))
        for position, value in zip(positions, values, strict=True):
            outputs[position] = value
        return outputs
