"""GraphQL types for the validation errors of inputs."""

from dataclasses import dataclass

import strawberry

from schema.declaration.fields import resolved_field
from schema.enums import ErrorCode
from services.kernel.errors import Problem


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    value: str


@strawberry.type(description="A figure behind an error: what is needed to word the message in another language.")
class ErrorParameter:
    """GraphQL type for a named value that an error message mentions."""

    name: str = strawberry.field(description="`minimum`, `earliest`, `retryAfter` …")
    value: str = strawberry.field(description="The figure as text.")


def _parameters(root: strawberry.Parent[Problem]) -> list[_Parameter]:
    return [_Parameter(name, value) for name, value in root.parameters]


@strawberry.type(description="One thing that is wrong with an entry, in its place.")
class InputError:
    """GraphQL type for a validation error and its location in the input."""

    path: list[str] = strawberry.field(
        description='Where: names of input fields; a value by its key (`["values", "endDate"]`); list elements by index.'
    )
    code: ErrorCode = strawberry.field(description="What, for programs.")
    message: str = strawberry.field(description="What, for people, in plain English.")
    parameters: list[ErrorParameter] = resolved_field(_parameters, "The figures behind the message.")
    rule: str | None = strawberry.field(description="The official rule behind it: `ULN_04`.")
