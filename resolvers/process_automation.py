"""The mutation for process automation settings."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.inputs.absent import absent_if_unset
from schema.inputs.process_automation import UpdateProcessAutomationInput, UpdateProcessAutomationPayload
from services.automations.settings import update_setting

Input = Annotated[UpdateProcessAutomationInput, strawberry.argument(name="input", description="The entry.")]


async def update_process_automation(info: Info, entry: Input) -> UpdateProcessAutomationPayload:
    """Enable or disable a process automation, or set its four-eyes rule."""
    setting: Any = await update_setting(
        info.context.require_viewer(),
        entry.key,
        enabled=absent_if_unset(entry.enabled),
        four_eyes=absent_if_unset(entry.four_eyes),
    )
    return UpdateProcessAutomationPayload(process_automation=setting)
