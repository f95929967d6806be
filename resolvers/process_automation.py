"""Setting process automations."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.inputs.process_automation import UpdateProcessAutomationInput, UpdateProcessAutomationPayload
from services.automations.settings import update_setting
from services.kernel.absent import ABSENT

Input = Annotated[UpdateProcessAutomationInput, strawberry.argument(name="input", description="The entry.")]


async def update_process_automation(info: Info, given: Input) -> UpdateProcessAutomationPayload:
    """Enable a process automation, or set its four-eyes rule."""
    enabled, four_eyes = (ABSENT if one is strawberry.UNSET else one for one in (given.enabled, given.four_eyes))
    set_: Any = await update_setting(info.context.require_viewer(), given.key, enabled=enabled, four_eyes=four_eyes)
    return UpdateProcessAutomationPayload(process_automation=set_)
