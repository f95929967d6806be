"""The input of the ``signIn`` mutation, and the payload of all mutations that return a session."""

import strawberry

from schema.input_error import InputError
from schema.session import Session


@strawberry.type(description="What came of signing in.")
class SignInPayload:
    """Payload of the ``signIn``, ``refreshSession`` and ``setPassword`` mutations."""

    session: Session | None = strawberry.field(default=None, description="The session; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.input(description="What one signs in with.")
class SignInInput:
    """Input of the ``signIn`` mutation."""

    email: str = strawberry.field(description="The member's e-mail address, in any case.")
    password: str = strawberry.field(description="The password.")
