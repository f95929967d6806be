"""Fetches rows by id, restricted to what the viewer may see, for all edges and nodes of the graph."""

from collections.abc import Sequence
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
    select = ["requested.id AS requested"]
    joins = [
        f"unnest({statement.bind_array(ids, 'uuid')}) AS requested (id)",
        f"LEFT JOIN name_merge merged ON merged.old_id = requested.id "
        f"AND merged.organisation_id = {statement.bind(viewer.organisation_id)}",
    ]
    sources = [selection.source(selection.model._meta.db_table) for selection in selections]
    for selection, source in zip(selections, sources, strict=True):
        table = selection.model._meta.db_table
        select.append(source.columns)
        joins.append(
            f"LEFT JOIN {table} ON {table}.id = coalesce(merged.new_id, requested.id) "
            f"AND {visibility_condition(selection.model, table, viewer, statement)}"
        )
    referenced: dict[UUID, ReferencedRow] = {}
    records = await statement.fetch(f"SELECT {', '.join(select)} FROM {' '.join(joins)}")
    for source in sources:
        for record, row in zip(records, source.read_outer(records), strict=True):
            if row is not None:
                referenced[record["requested"]] = row
    return [referenced.get(row_id) for row_id in ids]
