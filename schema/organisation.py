"""Organisations and their process automations."""

from typing import Any

import strawberry

import models
from schema.context import Info
from schema.fields import edge
from schema.relay import NODE_ID, Node
from services.automations.settings import AutomationSetting, automation_settings
from services.kernel.global_ids import to_global_id


def _id(root: strawberry.Parent[AutomationSetting]) -> strawberry.ID:
    return strawberry.ID(to_global_id("ProcessAutomation", root.id))


@strawberry.type(description="Whether and how the organisation uses one of the built-in process automations.")
class ProcessAutomation(Node):
    """The fields of a process automation that the API shows."""

    id: strawberry.ID = edge(_id, NODE_ID)
    key: str = strawberry.field(description="The key of its tracker type.")
    name: str = strawberry.field(description="The name of its tracker type.")
    enabled: bool = strawberry.field(description="Whether it can be raised.")
    four_eyes: bool = strawberry.field(
        description="Whether it needs somebody else's approval than that of who raised it or last changed its values."
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is the setting of a process automation."""
        return isinstance(value, AutomationSetting)


async def _process_automations(info: Info) -> list[AutomationSetting]:
    return await automation_settings(info.context.require_viewer())


@strawberry.type(description="A training provider: what everything else belongs to.")
class Organisation(Node):
    """The fields of an organisation that the API shows."""

    name: str = strawberry.field(description="Its name.")
    process_automations: list[ProcessAutomation] = edge(
        _process_automations, "The built-in process automations, each with whether it is enabled."
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether the value is the row of an organisation."""
        return isinstance(value, models.Organisation)
