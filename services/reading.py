"""Rows by id, as far as the viewer sees them: what every edge and every node asks."""

from collections.abc import Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from tortoise import Model

from models.rows import columns, row
from services.statements import Statement
from services.viewer import Viewer
from services.visibility import visible

M = TypeVar("M", bound=Model)


async def rows_by_id(viewer: Viewer, model: type[M], ids: Sequence[UUID]) -> list[M | None]:
    """The rows of ``ids`` in their order; None for what is not there or not to be seen."""
    statement = Statement()
    condition = visible(model, "r", viewer, statement)
    records = await statement.fetch(
        f"SELECT {columns(model, 'r')} FROM {model._meta.db_table} r "
        f"WHERE {condition} AND r.id = ANY({statement.bind(list(ids))})"
    )
    found: Mapping[UUID, M | None] = {record["r.id"]: row(model, "r", record) for record in records}
    return [found.get(row_id) for row_id in ids]
