"""The ids of employers, programmes and groups that an upgrade merged into others of the same name."""

from collections.abc import Collection, Mapping
from uuid import UUID

from models.database import fetch


async def surviving_ids(organisation_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Return, for each id, that of the row into which its row was merged; otherwise the id itself."""
    if not ids:
        return {}
    merged = await fetch(
        "SELECT old_id, new_id FROM name_merge WHERE organisation_id = $1 AND old_id = ANY($2)",
        organisation_id,
        list(ids),
    )
    return {row_id: row_id for row_id in ids} | {row["old_id"]: row["new_id"] for row in merged}
