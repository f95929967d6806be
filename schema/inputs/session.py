"""The input and the payload of signing in."""

import strawberry

from schema.input_error import InputError
from schema.session import Session


@strawberry.type(description="What came of signing in.")
class SignInPayload:
    """The payload of signIn, refreshSession and setPassword."""

    session: Session | None = strawberry.field(default=None, description="The session; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.input(description="What one signs in with.")
class SignInInput:
    """The input of signIn."""

    email: str = strawberry.field(description="The member's e-mail address, in any case.")
    password: str = strawberry.field(description="The password.")
