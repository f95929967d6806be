"""Relay's conventions: nodes with global ids, connections with edges and cursors."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry
from tortoise import Model

from models.rows import row
from schema.fields import edge
from services.kernel.errors import BadRequestError
from services.kernel.global_ids import NIL_UUID, NodeReference, from_global_id, to_global_id
from services.paging.pages import Page

T = TypeVar("T")

NODE_ID = "The global id: opaque, unique, and the same for as long as the object lives."


def _node_id(root: strawberry.Parent[Model]) -> strawberry.ID:
    return strawberry.ID(to_global_id(type(root).__name__, root.pk))


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    """A node; the row's class has the name of its type in the graph."""

    id: strawberry.ID = edge(_node_id, NODE_ID)


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the page's first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the page's last edge.")


@strawberry.type(description="An object in a list, and its place there.")
class Edge(Generic[T]):
    """Relay's edge."""

    node: T = strawberry.field(description="The object.")
    cursor: str = strawberry.field(description="Its place: what `after` and `before` take.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """Relay's connection."""

    edges: list[Edge[T]] = strawberry.field(description="The objects with their places.")
    nodes: list[T] = strawberry.field(description="The objects.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in its list.")
    total_count: int = strawberry.field(description="How many there are in all pages; counted only when asked for.")


@dataclass(frozen=True, slots=True)
class EdgeOf:
    """What an edge's fields are read from."""

    node: Any
    cursor: str


@dataclass(frozen=True, slots=True)
class ConnectionOf:
    """What a connection's fields are read from."""

    edges: list[EdgeOf]
    nodes: list[Any]
    page_info: PageInfo
    total_count: int | None


def connection(page: Page, nodes: list[Any]) -> ConnectionOf:
    """The connection of a page whose rows are ``nodes``."""
    cursors = page.cursors
    info = PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
    edges = [EdgeOf(node, cursor) for node, cursor in zip(nodes, cursors, strict=True)]
    return ConnectionOf(edges, nodes, info, page.total)


def connection_of(page: Page, model: type[Model]) -> ConnectionOf:
    """The connection of a page whose records are rows of a model, known as ``r``."""
    return connection(page, [row(model, "r", record) for record in page.records])


def reference_of(text: str, *path: str) -> NodeReference:
    """What an id in a query's argument names; raises BadRequestError for what is no id."""
    reference = from_global_id(text)
    if reference is None:
        raise BadRequestError("This is no id.", *path)
    return reference


def row_id(text: str, model: type[Model]) -> UUID:
    """Return the id of the row that an input's global id names; NIL_UUID if it is no global id of the model's type."""
    reference = from_global_id(text)
    return reference.id if reference is not None and reference.type_name == model.__name__ else NIL_UUID


def optional_row_id(text: str | None, model: type[Model]) -> UUID | None:
    """Return None for null, else what ``row_id`` returns."""
    return None if text is None else row_id(text, model)


def reference_in(text: str) -> NodeReference:
    """Return what the global id of a value names; what is no global id names nothing that exists."""
    return from_global_id(text) or NodeReference("", NIL_UUID)
