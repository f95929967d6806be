"""GraphQL types of the Relay specification: the ``Node`` interface, connections, edges and page info."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry

from models.base import Row
from schema.fields import resolved_field
from schema.selection import ROW_TYPES
from services.kernel.global_ids import to_global_id
from services.paging.pages import Page
from services.row_selection import RowSelection

T = TypeVar("T")

NODE_ID_DESCRIPTION = "The global id: opaque, unique, and the same for as long as the object lives."


def _node_id(root: strawberry.Parent[Row]) -> strawberry.ID:
    return strawberry.ID(to_global_id(type(root).__name__, root.id))


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
class ConnectionData:
    """The value that a ``Connection`` is resolved from."""

    edges: list[EdgeData]
    nodes: list[Any]
    page_info: PageInfo
    total_count: int | None


def make_connection(page: Page, nodes: list[Any]) -> ConnectionData:
    """Build a connection from a page and the nodes made from its records, in the same order."""
    cursors = page.cursors
    page_info = PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
    edges = [EdgeData(node, cursor) for node, cursor in zip(nodes, cursors, strict=True)]
    return ConnectionData(edges, nodes, page_info, page.total)


def connection_of_rows(page: Page, selection: RowSelection[Any], alias: str = "r") -> ConnectionData:
    """Build a connection from a page whose records have what is selected of a model, under this alias."""
    return make_connection(page, selection.source(alias).read(page.records))
