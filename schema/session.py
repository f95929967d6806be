"""Sessions: what one signs in with, and what one gets."""

import datetime as dt
from typing import Any

import strawberry

from schema.input_error import InputError
from schema.viewer import Viewer
from services.accounts.sessions import SignedIn


@strawberry.type(description="A sign-in: a token for requests and one to renew it.")
class Session:
    """The whitelist over a fresh pair of tokens."""

    access_token: str = strawberry.field(
        description="Goes into the header: `Authorization: Bearer …`. Lives ten minutes."
    )
    access_token_expires_at: dt.datetime = strawberry.field(description="When it ends.")
    refresh_token: str = strawberry.field(description="What `refreshSession` takes, once.")
    viewer: Viewer = strawberry.field(description="Who is signed in.")


@strawberry.type(description="What came of signing in.")
class SignInPayload:
    """A session, or why there is none."""

    session: Session | None = strawberry.field(default=None, description="The session; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.input(description="What one signs in with.")
class SignInInput:
    """The input of signIn."""

    email: str = strawberry.field(description="The member's e-mail address, in any case.")
    password: str = strawberry.field(description="The password.")


def signed_in(session: SignedIn) -> SignInPayload:
    """The payload of a session."""
    row: Any = session
    return SignInPayload(session=row)
