"""Rows by id, as far as the viewer sees them: what every edge and every node asks."""

from collections.abc import Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from tortoise import Model

from models import Employer, Member, Programme
from models.rows import columns, row
from services.kernel.sql import StatementBuilder
from services.viewer import Viewer
from services.visibility import visible

M = TypeVar("M", bound=Model)


async def rows_by_id(viewer: Viewer, model: type[M], ids: Sequence[UUID]) -> list[M | None]:
    """The rows of ``ids`` in their order; None for what is not there or not to be seen."""
    statement = StatementBuilder()
    condition = visible(model, "r", viewer, statement)
    records = await statement.fetch(
        f"SELECT {columns(model, 'r')} FROM {model._meta.db_table} r "
        f"WHERE {condition} AND r.id = ANY({statement.bind(list(ids))})"
    )
    found: Mapping[UUID, M | None] = {record["r.id"]: row(model, "r", record) for record in records}
    return [found.get(row_id) for row_id in ids]


Neighbour = Member | Employer | Programme

_KINDS: tuple[type[Neighbour], ...] = (Member, Employer, Programme)


async def neighbours_by_id(viewer: Viewer, ids: Sequence[UUID]) -> list[Neighbour | None]:
    """The members, employers and programmes of ``ids`` in their order; None for what the organisation has not."""
    statement = StatementBuilder()
    select, joins = ["asked.id AS asked"], [f"unnest({statement.bind(list(ids))}::uuid[]) AS asked (id)"]
    for model in _KINDS:
        table = model._meta.db_table
        select.append(columns(model, table))
        joins.append(f"LEFT JOIN {table} ON {table}.id = asked.id AND {visible(model, table, viewer, statement)}")
    found: dict[UUID, Neighbour] = {}
    for record in await statement.fetch(f"SELECT {', '.join(select)} FROM {' '.join(joins)}"):
        for model in _KINDS:
            if (neighbour := row(model, model._meta.db_table, record)) is not None:
                found[record["asked"]] = neighbour
    return [found.get(row_id) for row_id in ids]
