"""graphql-core's execution of the rest of an operation, on the values that its root fields have been resolved to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from inspect import isawaitable
from typing import Any, TypeAlias

from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from server.execution.compiled.run import abandon


@dataclass(frozen=True, slots=True)
class Completed:
    """The output of a root field that has been completed without an error."""

    data: Any


@dataclass(frozen=True, slots=True)
class Resolved:
    """The value that a root field has been resolved to, or a task that resolves it.

    ``is_async`` says that the resolver returned an awaitable for the value, so that graphql-core is given one too: the
    order of errors depends on it.
    """

    value: Any
    is_async: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """The exception that the resolver of a root field has raised, or its awaitable if ``is_async``."""

    error: Exception
    is_async: bool = False


Outcome: TypeAlias = Completed | Resolved | Raised


@cache
def resuming(
    executor_class: type[StrawberryGraphQLCoreExecutionContext],
) -> type[StrawberryGraphQLCoreExecutionContext]:
    """Return a subclass of an executor that takes ``outcomes``: those of root fields, by their names in the response.

    Root fields without an outcome are executed as usual.
    """

    class ResumingExecutor(executor_class):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, outcomes: dict[str, Outcome], **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._outcomes = outcomes

        def execute_field(self, parent_type: Any, source: Any, details: Any, path: Any, context: Any) -> Any:
            outcome = self._outcomes.pop(path.key, None) if path.prev is None else None
            if isinstance(outcome, Completed):
                return outcome.data
            if outcome is not None:
                self.middleware_manager = _Replay(self, outcome)
            return super().execute_field(parent_type, source, details, path, context)

    return ResumingExecutor


def dispose(outcomes: dict[str, Outcome]) -> None:
    """Dispose of the values of the root fields that graphql-core has not come to, because of an error before them."""
    for outcome in outcomes.values():
        if isinstance(outcome, Resolved) and isawaitable(outcome.value):
            abandon(outcome.value)


class _Replay:
    """Stands in for graphql-core's middleware manager during one call, to replace the resolver of a root field."""

    def __init__(self, executor: Any, outcome: Resolved | Raised) -> None:
        self._executor = executor
        self._outcome = outcome

    def get_field_resolver(self, _resolve: Callable[..., Any]) -> Callable[..., Any]:
        """Return a resolver that does as the root field's has done."""
        self._executor.middleware_manager = None
        replay = _replay_async if self._outcome.is_async else _replay
        return lambda *_args, **_kwargs: replay(self._outcome)


def _replay(outcome: Resolved | Raised) -> Any:
    if isinstance(outcome, Raised):
        raise outcome.error
    return outcome.value


async def _replay_async(outcome: Resolved | Raised) -> Any:
    return _replay(outcome)
