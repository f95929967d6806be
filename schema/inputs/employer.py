"""What is entered to add or change an employer, and what comes of it."""

import strawberry

import models
from schema.employer import Employer
from schema.input_error import InputError
from schema.inputs.tracker_update import slot
from schema.relay import row_id
from services.records.employers import EmployerUpdate


@strawberry.input(description="What is entered to add an employer.")
class CreateEmployerInput:
    """The input of createEmployer."""

    name: str = strawberry.field(
        description="Its name, in at most 200 characters; no other of the organisation has it, in whatever case."
    )
    confirmed: bool = strawberry.field(
        default=False, description="Whether it is known to exist; saying so needs MANAGE_SETTINGS."
    )


@strawberry.input(description="What is entered to change an employer. A slot that is absent keeps what there is.")
class UpdateEmployerInput:
    """The input of updateEmployer."""

    id: strawberry.ID = strawberry.field(description="The employer.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Its name, in at most 200 characters; no other of the organisation has it, in whatever case. Null "
        "is refused.",
    )
    confirmed: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether it is known to exist. Trackers that name it stay as they are. Null is refused.",
    )


@strawberry.type(description="What came of adding an employer.")
class CreateEmployerPayload:
    """An employer, or all that is wrong with the entry."""

    employer: Employer | None = strawberry.field(default=None, description="The employer; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")


@strawberry.type(description="What came of changing an employer.")
class UpdateEmployerPayload:
    """An employer, or all that is wrong with the entry."""

    employer: Employer | None = strawberry.field(
        default=None, description="The employer as it now is; null when refused."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")


def update_of(given: UpdateEmployerInput) -> EmployerUpdate:
    """The update as the rules take it."""
    return EmployerUpdate(
        employer_id=row_id(given.id, models.Employer), name=slot(given.name), confirmed=slot(given.confirmed)
    )
