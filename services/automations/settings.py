"""The settings of an organisation's process automations: whether each is enabled, and its four-eyes rule."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from models import AuditKind, Role
from models.database import fetch, transaction
from services.audit import audit
from services.kernel.absent import ABSENT, Absent
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.unit_of_work import unit_of_work
from services.tracker_types.catalogue import note_changed_types
from services.viewer import Viewer


@dataclass(frozen=True, slots=True)
class AutomationSetting:
    """An organisation's settings for one process automation, with the name of its type."""

    id: UUID
    key: str
    name: str
    enabled: bool
    four_eyes: bool


async def automation_settings(viewer: Viewer, *, ids: Collection[UUID] | None = None) -> list[AutomationSetting]:
    """Return the settings of the viewer's organisation in the order of types, optionally only those with ``ids``."""
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


async def update_setting(
    viewer: Viewer, key: str, *, enabled: bool | Absent | None, four_eyes: bool | Absent | None
) -> AutomationSetting:
    """Enable or disable a process automation of the viewer's organisation, or set its four-eyes rule.

    Trackers of a disabled automation remain usable; only new ones cannot be created. Raises ForbiddenError without
    MANAGE_SETTINGS, and ValidationFailed with NOT_FOUND at ``key`` for an unknown automation and REQUIRED for each
    argument that is None.
    """
    viewer.require_role(Role.MANAGE_SETTINGS)
    viewer.require_recent_sign_in()
    entry = {"enabled": enabled, "four_eyes": four_eyes}
    setting = await unit_of_work(lambda: _update(viewer, key, entry))
    await note_changed_types(viewer)
    return setting


async def _update(viewer: Viewer, key: str, entry: Mapping[str, bool | Absent | None]) -> AutomationSetting:
    async with transaction():
        lock_rows = "SELECT key FROM process_automation WHERE organisation_id = $1 ORDER BY key FOR NO KEY UPDATE"
        await fetch(lock_rows, viewer.organisation_id)
        before = next((setting for setting in await automation_settings(viewer) if setting.key == key), None)
        errors = ErrorCollector()
        if before is None:
            errors.at("key").add(ErrorCode.NOT_FOUND, "There is no such process automation.")
        for name, value in entry.items():
            if value is None:
                errors.at(name).add(ErrorCode.REQUIRED, "It must be true or false; leave it out to keep it.")
        errors.raise_if_any()
        assert before is not None
        changes: Any = {name: value for name, value in entry.items() if value is not ABSENT}
        after = replace(before, **changes)
        if after != before:
            update = "UPDATE process_automation SET enabled = $2, four_eyes = $3 WHERE id = $1"
            await fetch(update, after.id, after.enabled, after.four_eyes)
            details = {"key": key, "before": _audit_details(before), "after": _audit_details(after)}
            await audit(viewer, AuditKind.AUTOMATION_UPDATED, after.id, details)
        return after


def _audit_details(setting: AutomationSetting) -> dict[str, bool]:
    return {"enabled": setting.enabled, "fourEyes": setting.four_eyes}
