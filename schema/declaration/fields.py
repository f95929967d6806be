"""Helpers for fields that are resolved by a function, and for edges from one row to another.

The columns and rows that a page reads follow from what is declared here: a field without a resolver needs the column of
its own name, and every other field names what it needs.
"""

from asyncio import Future
from collections.abc import Awaitable, Callable, Generator, Hashable, Sequence
from typing import Any

import strawberry

from schema.context import Info
from schema.reading.selection import selected_row, shown_columns
from services.row_selection import related_model

_UNREAD = object()


def resolved_field(
    resolver: Callable[..., Any],
    description: str,
    *,
    needs: Sequence[str] = (),
    encode_once: Callable[[Any], Hashable] | None = None,
) -> Any:
    """Return a strawberry field with a resolver.

    The class annotation declares the GraphQL type of the field. The resolver's return annotation is the Python type of
    the row that it returns, whose attributes the GraphQL type exposes.

    ``needs`` names what the resolver reads of the row: its columns, and those of rows that it refers to
    (``"tracker.number"``). With ``encode_once``, the field's output for a row with the same key, by that function, and
    for the same selection set never changes and is the same for every viewer, so it can be kept encoded.
    """
    metadata: dict[str, Any] = {"needs": tuple(needs)}
    if encode_once is not None:
        metadata["encode_once"] = encode_once
    return strawberry.field(resolver=resolver, description=description, metadata=metadata)


def edge(relation: str, description: str) -> Any:
    """Return a field for the row to which a relation of the model points.

    The row was mostly read together with the one that refers to it. If not, it is loaded, in a batch with those of
    other rows.
    """

    column = f"{relation}_id"

    def resolve(root: strawberry.Parent[Any], info: Info) -> Any:
        related = getattr(root, relation, _UNREAD)
        if related is not _UNREAD:
            return related
        row_id = getattr(root, column)
        return row_id and info.context.loaders.rows(selected_row(info, related_model(type(root).model, relation))).load(
            row_id
        )

    metadata = {"needs": (column,), "relation": relation}
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)


def related_row(root: Any, info: Info, relation: str) -> Any:
    """Return the row to which a relation points, or an awaitable of it, for a resolver that reads columns of it.

    Those are columns that its type shows: see ``needs``.
    """
    related = getattr(root, relation, _UNREAD)
    if related is not _UNREAD:
        return related
    row_id = getattr(root, f"{relation}_id")
    return row_id and info.context.loaders.rows(shown_columns(related_model(type(root).model, relation))).load(row_id)


def then(value: Any, make: Callable[[Any], Any]) -> Any:
    """Return what ``make`` makes of a value: at once if it is at hand, else an awaitable of it.

    A value that is not at hand is a future of a data loader that is not done. ``make`` may return an awaitable too, which waits for
    nothing that is yet to be requested: those of several rows are awaited one after the other.
    """
    if not isinstance(value, Future):
        return make(value)
    if value.done() and not value.cancelled() and value.exception() is None:
        return make(value.result())
    return Then(value, make)


class Then(Awaitable[Any]):
    """What a function makes of the value of a future. Unlike a coroutine, it needs no task to wait beside others."""

    __slots__ = ("_future", "_make")

    def __init__(self, future: Future[Any], make: Callable[[Any], Any]) -> None:
        self._future = future
        self._make = make

    def __await__(self) -> Generator[Any, None, Any]:
        result = self._make((yield from self._future.__await__()))
        return (yield from result.__await__()) if isinstance(result, Awaitable) else result

    @property
    def future(self) -> Future[Any]:
        """Return the future, for which others may wait too."""
        return self._future

    def cancel(self) -> None:
        """Cancel the future, for all who wait for it."""
        self._future.cancel()

    def close(self) -> None:
        """Wait no longer: an exception of the future is not reported as lost."""
        self._future.add_done_callback(_retrieve)


def _retrieve(future: Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
