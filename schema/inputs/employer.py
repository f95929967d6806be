"""The inputs and payloads of the ``createEmployer`` and ``updateEmployer`` mutations."""

import strawberry

import models
from schema.employer import Employer
from schema.input_error import InputError
from schema.inputs.absent import absent_if_unset
from schema.inputs.ids import decode_id
from services.records.employers import EmployerUpdate


@strawberry.input(description="What is entered to add an employer.")
class CreateEmployerInput:
    """Input of the ``createEmployer`` mutation."""

    name: str = strawberry.field(
        description="Its name, in at most 200 characters; no other of the organisation has it, in whatever case."
    )
    confirmed: bool = strawberry.field(
        default=False, description="Whether it is known to exist; saying so needs MANAGE_SETTINGS."
    )


@strawberry.input(description="What is entered to change an employer. A slot that is absent keeps what there is.")
class UpdateEmployerInput:
    """Input of the ``updateEmployer`` mutation."""

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

    def decode(self) -> EmployerUpdate:
        """Convert the input to an ``EmployerUpdate``."""
        return EmployerUpdate(
            employer_id=decode_id(self.id, models.Employer),
            name=absent_if_unset(self.name),
            confirmed=absent_if_unset(self.confirmed),
        )


@strawberry.type(description="What came of adding an employer.")
class CreateEmployerPayload:
    """Payload of the ``createEmployer`` mutation."""

    employer: Employer | None = strawberry.field(default=None, description="The employer; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")


@strawberry.type(description="What came of changing an employer.")
class UpdateEmployerPayload:
    """Payload of the ``updateEmployer`` mutation."""

    employer: Employer | None = strawberry.field(
        default=None, description="The employer as it now is; null when refused."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")
