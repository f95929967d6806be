"""Helpers that inspect the query plans of statements run by services."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from models.base import load_json
from models.database import fetch
from services.kernel import sql

Statement = tuple[str, tuple[object, ...]]


@contextmanager
def record_fetches() -> Iterator[list[Statement]]:
    """Record the statements, with their parameters, that services fetch through ``services.kernel.sql`` in the block."""
    statements: list[Statement] = []

    async def record(text: str, *values: object) -> Any:
        statements.append((text, values))
        return await fetch(text, *values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sql, "fetch", record)
        yield statements


async def plan_nodes(statement: Statement) -> list[Mapping[str, Any]]:
    """Execute a statement with EXPLAIN ANALYZE and return the nodes of its query plan."""
    text, values = statement
    (row,) = await fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", *values)
    return [*_walk(load_json(row["QUERY PLAN"])[0]["Plan"])]


def _walk(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _walk(child)


def rows_read(node: Mapping[str, Any]) -> float:
    """Return how many rows a plan node read from a table or an index, including those that it discarded."""
    if "Relation Name" not in node:
        return 0
    discarded = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + discarded) * node["Actual Loops"])


def rows_sorted(node: Mapping[str, Any]) -> float:
    """Return how many rows a plan node sorted at once; for an incremental sort, the average size of its groups."""
    if node["Node Type"] not in ("Sort", "Incremental Sort"):
        return 0
    return float(
        max(child["Actual Rows"] for child in node["Plans"]) / (1 if node["Node Type"] == "Sort" else _groups(node))
    )


def _groups(node: Mapping[str, Any]) -> int:
    """Return the number of groups of an incremental sort."""
    kinds = (node.get(kind, {}) for kind in ("Full-sort Groups", "Pre-sorted Groups"))
    return sum(kind.get("Group Count", 0) for kind in kinds) or 1
