"""GraphQL types for organisations and their process automation settings."""

from typing import Any

import strawberry

import models
from schema.context import Info
from schema.declaration.fields import resolved_field
from schema.declaration.relay import NODE_ID_DESCRIPTION, Node
from schema.factor import FactorRequirement
from services.accounts.factor_requirement import FactorRequirement as Requirement
from services.accounts.factor_requirement import factor_requirement
from services.automations.settings import AutomationSetting, automation_settings
from services.kernel.global_ids import to_global_id


def _id(root: strawberry.Parent[AutomationSetting]) -> strawberry.ID:
    return strawberry.ID(to_global_id("ProcessAutomation", root.id))


@strawberry.type(description="Whether and how the organisation uses one of the built-in process automations.")
class ProcessAutomation(Node):
    """GraphQL type for an organisation's settings for a process automation."""

    id: strawberry.ID = resolved_field(_id, NODE_ID_DESCRIPTION)
    key: str = strawberry.field(description="The key of its tracker type.")
    name: str = strawberry.field(description="The name of its tracker type.")
    enabled: bool = strawberry.field(description="Whether it can be raised.")
    four_eyes: bool = strawberry.field(
        description="Whether it needs somebody else's approval than that of who raised it or last changed its values."
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Return whether a value is an ``AutomationSetting``."""
        return isinstance(value, AutomationSetting)


async def _process_automations(info: Info) -> list[AutomationSetting]:
    return await automation_settings(info.context.require_viewer())


def _factor_requirement(root: strawberry.Parent[models.Organisation]) -> Requirement:
    return factor_requirement(root)


@strawberry.type(description="A training provider: what everything else belongs to.")
class Organisation(Node):
    """GraphQL type for an organisation."""

    model = models.Organisation

    name: str = strawberry.field(description="Its name.")
    process_automations: list[ProcessAutomation] = resolved_field(
        _process_automations, "The built-in process automations, each with whether it is enabled."
    )
    factor_requirement: FactorRequirement = resolved_field(
        _factor_requirement,
        "Of whom it demands a second factor.",
        needs=("factor_required", "factor_required_roles"),
    )
