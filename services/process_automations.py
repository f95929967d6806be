"""Process automations: which of the built-in ones an organisation uses, and how."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.database import fetch
from services.viewer import Viewer


@dataclass(frozen=True, slots=True)
class AutomationSetting:
    """How an organisation has set one process automation, with its type's name."""

    id: UUID
    key: str
    name: str
    enabled: bool
    four_eyes: bool


async def settings_of(viewer: Viewer, *, ids: Collection[UUID] | None = None) -> list[AutomationSetting]:
    """The settings of the viewer's organisation, in the order of the types; all of them unless ``ids`` are named."""
    records: list[Mapping[str, Any]] = list(
        await fetch(
            "SELECT a.id, a.key, t.name, a.enabled, a.four_eyes FROM process_automation a "
            "JOIN tracker_type t ON t.key = a.key AND t.organisation_id IS NULL "
            "WHERE a.organisation_id = $1 AND ($2::uuid[] IS NULL OR a.id = ANY($2)) ORDER BY t.position",
            viewer.organisation_id,
            None if ids is None else list(ids),
        )
    )
    return [AutomationSetting(**record) for record in records]
