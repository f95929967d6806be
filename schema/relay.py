"""Relay's interfaces: nodes with global ids, connections with edges and cursors."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry
from tortoise import Model

from models.rows import row
from schema.fields import edge
from services.kernel.global_ids import to_global_id
from services.paging.pages import Page

T = TypeVar("T")

NODE_ID = "The global id: opaque, unique, and the same for as long as the object lives."


def _node_id(root: strawberry.Parent[Model]) -> strawberry.ID:
    return strawberry.ID(to_global_id(type(root).__name__, root.pk))


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    """A type of the Node interface; the class of its rows has the same name."""

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
class EdgeData:
    """The data that the fields of an ``Edge`` are read from."""

    node: Any
    cursor: str


@dataclass(frozen=True, slots=True)
class ConnectionData:
    """The data that the fields of a ``Connection`` are read from."""

    edges: list[EdgeData]
    nodes: list[Any]
    page_info: PageInfo
    total_count: int | None


def make_connection(page: Page, nodes: list[Any]) -> ConnectionData:
    """Return the connection of a page whose records are these nodes, in the page's order."""
    cursors = page.cursors
    info = PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
    edges = [EdgeData(node, cursor) for node, cursor in zip(nodes, cursors, strict=True)]
    return ConnectionData(edges, nodes, info, page.total)


def connection_of_rows(page: Page, model: type[Model]) -> ConnectionData:
    """Return the connection of a page whose records hold rows of the model, with the alias ``r``."""
    return make_connection(page, [row(model, "r", record) for record in page.records])
