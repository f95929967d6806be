"""Process automations: which of the built-in ones an organisation uses, and how."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from models import AuditKind, Role
from models.database import fetch, transaction
from services.audit import audit
from services.kernel.absent import ABSENT, Absent
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.unit_of_work import unit_of_work
from services.viewer import Viewer

_PATHS = {"enabled": "enabled", "four_eyes": "fourEyes"}


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


async def update_setting(
    viewer: Viewer, key: str, *, enabled: bool | Absent | None, four_eyes: bool | Absent | None
) -> AutomationSetting:
    """Enable a process automation of the viewer's organisation, or disable it, or set its four-eyes rule.

    Trackers that there are stay usable once it is disabled: it only cannot be raised any more. Raises ForbiddenError
    without MANAGE_SETTINGS, Rejected with NOT_FOUND at ``key`` for an unknown one and REQUIRED at what is None.
    """
    viewer.require_role(Role.MANAGE_SETTINGS)
    given = {"enabled": enabled, "four_eyes": four_eyes}
    return await unit_of_work(lambda: _update(viewer, key, given))


async def _update(viewer: Viewer, key: str, given: Mapping[str, bool | Absent | None]) -> AutomationSetting:
    async with transaction():
        locked = "SELECT key FROM process_automation WHERE organisation_id = $1 ORDER BY key FOR NO KEY UPDATE"
        await fetch(locked, viewer.organisation_id)
        before = next((one for one in await settings_of(viewer) if one.key == key), None)
        problems = [
            Problem((_PATHS[name],), ErrorCode.REQUIRED, "It is either so or not; leave it out to keep it.")
            for name, value in given.items()
            if value is None
        ]
        if before is None:
            problems.insert(0, Problem(("key",), ErrorCode.NOT_FOUND, "There is no such process automation."))
        if before is None or problems:
            raise ValidationFailed(problems)
        changed: Any = {name: value for name, value in given.items() if value is not ABSENT}
        after = replace(before, **changed)
        if after != before:
            written = "UPDATE process_automation SET enabled = $2, four_eyes = $3 WHERE id = $1"
            await fetch(written, after.id, after.enabled, after.four_eyes)
            details = {"key": key, "before": _switches(before), "after": _switches(after)}
            await audit(viewer, AuditKind.AUTOMATION_UPDATED, after.id, details)
        return after


def _switches(setting: AutomationSetting) -> dict[str, bool]:
    return {path: getattr(setting, name) for name, path in _PATHS.items()}
