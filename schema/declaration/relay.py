"""GraphQL types of the Relay specification: the ``Node`` interface, connections, edges and page info."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry

from models.base import Row
from schema.declaration.fields import resolved_field
from schema.reading.selection import ROW_TYPES
from services.kernel.global_ids import to_global_id
from services.paging.pages import Page
from services.row_selection import RowSelection

T = TypeVar("T")

NODE_ID_DESCRIPTION = "The global id: opaque, unique, and the same for as long as the object lives."


def _node_id(root: strawberry.Parent[Row]) -> Any:
    return to_global_id(type(root).__name__, root.id)


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    """Relay's ``Node`` interface.

    A type whose rows are those of a table names its ``model``. The defaults of ``id`` and ``is_type_of`` require that
    the row's class has the same name as the GraphQL type.
    """

    id: strawberry.ID = resolved_field(_node_id, NODE_ID_DESCRIPTION, needs=("id",))

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "model" in vars(cls):
            ROW_TYPES[vars(cls)["model"]] = cls

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is a row of this type."""
        return type(value).__name__ == cls.__name__


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Relay's ``PageInfo`` type."""

    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the page's first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the page's last edge.")


@strawberry.type(description="An object in a list, and its place there.")
class Edge(Generic[T]):
    """Relay's edge type, generic over the node type."""

    node: T = strawberry.field(description="The object.")
    cursor: str = strawberry.field(description="Its place: what `after` and `before` take.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """Relay's connection type, generic over the node type."""

    edges: list[Edge[T]] = strawberry.field(description="The objects with their places.")
    nodes: list[T] = strawberry.field(description="The objects.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in its list.")
    total_count: int = strawberry.field(description="How many there are in all pages; counted only when asked for.")


@dataclass(frozen=True, slots=True)
class EdgeData:
    """The value that an ``Edge`` is resolved from."""

    node: Any
    cursor: str


@dataclass(frozen=True, slots=True)
class PageInfoData:
    """The value that a ``PageInfo`` is resolved from."""

    page: Page

    @property
    def has_next_page(self) -> bool:
        """Return whether there are rows after the page."""
        return self.page.has_next

    @property
    def has_previous_page(self) -> bool:
        """Return whether there are rows before the page."""
        return self.page.has_previous

    @property
    def start_cursor(self) -> str | None:
        """Return the cursor of the first row."""
        return self.page.cursor(0) if self.page.records else None

    @property
    def end_cursor(self) -> str | None:
        """Return the cursor of the last row."""
        return self.page.cursor(-1) if self.page.records else None


@dataclass(frozen=True, slots=True)
class ConnectionData:
    """The value that a ``Connection`` is resolved from. Cursors are made only for what is selected."""

    page: Page
    nodes: Sequence[Any]

    @property
    def edges(self) -> list[EdgeData]:
        """Return the nodes with their cursors."""
        return [EdgeData(node, cursor) for node, cursor in zip(self.nodes, self.page.cursors, strict=True)]

    @property
    def page_info(self) -> PageInfoData:
        """Return where the page lies in its list."""
        return PageInfoData(self.page)

    @property
    def total_count(self) -> int | None:
        """Return the number of rows in all pages, or None if they were not counted."""
        return self.page.total


def connection_of_rows(page: Page, selection: RowSelection[Any], alias: str = "r") -> ConnectionData:
    """Build a connection from a page whose records have what is selected of a model, under this alias."""
    return ConnectionData(page, selection.source(alias).read(page.records))
