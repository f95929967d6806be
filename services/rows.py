"""Fetches rows by id, restricted to what the viewer may see, for all edges and nodes of the graph."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from tortoise import Model

from models import Employer, Member, Programme
from services.kernel.sql import StatementBuilder
from services.row_selection import RowSelection, all_columns
from services.viewer import Viewer
from services.visibility import visibility_condition

M = TypeVar("M", bound=Model)


async def rows_by_id(viewer: Viewer, model: type[M], ids: Sequence[UUID]) -> list[M | None]:
    """Return the rows with these ids, in the same order, with None for rows that do not exist or are not visible."""
    return await selected_rows_by_id(viewer, all_columns(model), ids)


async def selected_rows_by_id(viewer: Viewer, selection: RowSelection[M], ids: Sequence[UUID]) -> list[M | None]:
    """Return what is selected of the rows with these ids, in the same order, with the rows that they refer to.

    The list contains None for rows that do not exist or are not visible. There is a single statement.
    """
    statement, source = StatementBuilder(), selection.source("r")
    condition = visibility_condition(selection.model, "r", viewer, statement)
    records = await statement.fetch(
        f"SELECT {source.columns} FROM {selection.model._meta.db_table} r {source.joins(viewer, statement)} "
        f"WHERE {condition} AND r.id = ANY({statement.bind_array(ids, 'uuid')})"
    )
    by_id = dict(zip((record["r.id"] for record in records), source.read(records), strict=True))
    return [by_id.get(row_id) for row_id in ids]


ReferencedRow = Member | Employer | Programme


async def referenced_rows_by_id(
    viewer: Viewer, selections: Sequence[RowSelection[Any]], ids: Sequence[UUID]
) -> list[ReferencedRow | None]:
    """Return the members, employers and programmes with these ids, in the same order, using one statement.

    ``selections`` say what to read of each of these models. An id that was merged into another returns the row that
    remains. The list contains None for each id that does not exist in the viewer's organisation.
    """
    if not ids:
        return []
    statement = StatementBuilder()
    requested = f"unnest({statement.bind_array(ids, 'uuid')})"
    referenced = read_referenced(
        selections, await statement.fetch(select_referenced(viewer, selections, requested, statement))
    )
    return [referenced[row_id] for row_id in ids]


def select_referenced(
    viewer: Viewer, selections: Sequence[RowSelection[Any]], requested: str, statement: StatementBuilder
) -> str:
    """Return the SELECT of the rows with the ids in an SQL source, for ``read_referenced``."""
    select = ["requested.id AS requested"]
    joins = [
        f"{requested} AS requested (id)",
        f"LEFT JOIN name_merge merged ON merged.old_id = requested.id "
        f"AND merged.organisation_id = {statement.bind(viewer.organisation_id)}",
    ]
    for selection in selections:
        table = selection.model._meta.db_table
        select.append(selection.source(table).columns)
        joins.append(
            f"LEFT JOIN {table} ON {table}.id = coalesce(merged.new_id, requested.id) "
            f"AND {visibility_condition(selection.model, table, viewer, statement)}"
        )
    return f"SELECT {', '.join(select)} FROM {' '.join(joins)}"


def read_referenced(
    selections: Sequence[RowSelection[Any]], records: Sequence[Mapping[str, Any]]
) -> dict[UUID, ReferencedRow | None]:
    """Return the rows by the ids that were asked for; None if there is no row, or not for the viewer."""
    referenced: dict[UUID, ReferencedRow | None] = {record["requested"]: None for record in records}
    for selection in selections:
        rows = selection.source(selection.model._meta.db_table).read_outer(records)
        for record, row in zip(records, rows, strict=True):
            if row is not None:
                referenced[record["requested"]] = row
    return referenced
