"""The plans by which PostgreSQL executes the statements of services."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from models.base import load_json
from models.database import fetch
from services.kernel import sql

Asked = tuple[str, tuple[object, ...]]


@contextmanager
def record_fetches() -> Iterator[list[Asked]]:
    """Record the statements that lists run in the block, with their values."""
    found: list[Asked] = []

    async def keep(text: str, *values: object) -> Any:
        found.append((text, values))
        return await fetch(text, *values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sql, "fetch", keep)
        yield found


async def plan_nodes(statement: Asked) -> list[Mapping[str, Any]]:
    """Execute a statement with EXPLAIN ANALYZE and return the nodes of its plan."""
    text, values = statement
    (answer,) = await fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", *values)
    return [*_below(load_json(answer["QUERY PLAN"])[0]["Plan"])]


def _below(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _below(child)


def rows_read(node: Mapping[str, Any]) -> float:
    """Return how many rows a node read from a table or an index, including those that it discarded."""
    if "Relation Name" not in node:
        return 0
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + thrown) * node["Actual Loops"])


def rows_sorted(node: Mapping[str, Any]) -> float:
    """Return how many rows a node sorted at a time."""
    if node["Node Type"] not in ("Sort", "Incremental Sort"):
        return 0
    return float(
        max(child["Actual Rows"] for child in node["Plans"]) / (1 if node["Node Type"] == "Sort" else _groups(node))
    )


def _groups(node: Mapping[str, Any]) -> int:
    """Return how many groups an incremental sort had."""
    kinds = (node.get(kind, {}) for kind in ("Full-sort Groups", "Pre-sorted Groups"))
    return sum(kind.get("Group Count", 0) for kind in kinds) or 1
