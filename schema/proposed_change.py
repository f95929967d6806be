"""GraphQL type for the changes that a process automation proposes to a learner's record."""

from collections.abc import Awaitable

import strawberry

import models
from schema.context import Info
from services.automations.proposed_changes import ProposedChange as ChangeRow


@strawberry.type(
    description="What approving a process automation would do to one field of the record, and whether that field has "
    "changed since the values were entered. All texts are as people read them; null: nothing."
)
class ProposedChange:
    """GraphQL type for the proposed change of one record field."""

    field: str = strawberry.field(description='Which field: `"learner.familyName"`, `"aim.actualEndDate"`.')
    label: str = strawberry.field(
        description="What people read beside it; of a learning aim's field with the aim's reference."
    )
    before: str | None = strawberry.field(description="What it held when the values were entered.")
    after: str | None = strawberry.field(description="What it is to hold; once applied, what was written.")
    current: str | None = strawberry.field(description="What it holds now; once applied, what was written.")
    conflict: bool = strawberry.field(
        description="Whether it has changed since to something else than what it is to hold: this refuses the approval."
    )


def load_proposed_changes(root: strawberry.Parent[models.Tracker], info: Info) -> Awaitable[list[ChangeRow]]:
    """Return the changes that a tracker proposes, an empty list if its type is not a process automation."""
    return info.context.loaders.proposed_changes.load(root)
