"""The input and payload of the ``updateProcessAutomation`` mutation."""

import strawberry

from schema.input_error import InputError
from schema.organisation import ProcessAutomation


@strawberry.input(description="How the organisation is to use a process automation. What is absent stays as it is.")
class UpdateProcessAutomationInput:
    """Input of the ``updateProcessAutomation`` mutation."""

    key: str = strawberry.field(description="The key of its tracker type.")
    enabled: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether it can be raised; trackers that there are stay usable. Null is refused.",
    )
    four_eyes: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether it needs somebody else's approval than that of who raised it or last changed its values. "
        "Null is refused.",
    )


@strawberry.type(description="What came of setting a process automation.")
class UpdateProcessAutomationPayload:
    """Payload of the ``updateProcessAutomation`` mutation."""

    process_automation: ProcessAutomation | None = strawberry.field(
        default=None, description="The process automation as it is now set; null when refused."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")
