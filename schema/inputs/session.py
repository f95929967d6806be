"""The inputs and payloads of the mutations that open and end sessions."""

from uuid import UUID

import strawberry

import models
from schema.input_error import InputError
from schema.inputs.ids import decode_id, decode_session_id
from schema.member import Member
from schema.session import Session
from schema.viewer import Viewer


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
    code: str | None = strawberry.field(
        default=None,
        description="With a second factor: the six digits that the authenticator app shows, or a recovery code. Without it "
        "FACTOR_REQUIRED at `code`, once the password was right.",
    )
    device_token: str | None = strawberry.field(
        default=None, description="The `deviceToken` of an earlier session on this device."
    )


@strawberry.type(description="What came of beginning to sign in with a passkey.")
class BeginPasskeySignInPayload:
    """Payload of the ``beginPasskeySignIn`` mutation."""

    options: str | None = strawberry.field(
        default=None,
        description="JSON for `PublicKeyCredential.parseRequestOptionsFromJSON` and then `navigator.credentials.get`; null "
        "when refused. It works once, within five minutes.",
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.input(description="What one signs in with instead of a password.")
class SignInWithPasskeyInput:
    """Input of the ``signInWithPasskey`` mutation."""

    credential: str = strawberry.field(
        description="What `navigator.credentials.get` returned, as JSON (`JSON.stringify(credential)`)."
    )
    device_token: str | None = strawberry.field(
        default=None, description="The `deviceToken` of an earlier session on this device."
    )


@strawberry.input(description="Which session to end.")
class EndSessionInput:
    """Input of the ``endSession`` mutation."""

    id: strawberry.ID = strawberry.field(description="One of `viewer { sessions { id } }`.")

    def decode(self) -> UUID:
        """Return the id of the session."""
        return decode_session_id(self.id)


@strawberry.input(description="Whose sessions to end.")
class EndMemberSessionsInput:
    """Input of the ``endMemberSessions`` mutation."""

    member_id: strawberry.ID = strawberry.field(description="The member.")

    def decode(self) -> UUID:
        """Return the id of the member."""
        return decode_id(self.member_id, models.Member)


@strawberry.type(description="What came of ending a session.")
class EndSessionPayload:
    """Payload of the ``endSession`` mutation."""

    viewer: Viewer | None = strawberry.field(default=None, description="The viewer; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.type(description="What came of ending all other sessions.")
class EndOtherSessionsPayload:
    """Payload of the ``endOtherSessions`` mutation."""

    viewer: Viewer | None = strawberry.field(default=None, description="The viewer; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.type(description="What came of ending a member's sessions.")
class EndMemberSessionsPayload:
    """Payload of the ``endMemberSessions`` mutation."""

    member: Member | None = strawberry.field(default=None, description="The member; null when refused.")
    errors: list[InputError] = strawberry.field(default_factory=list, description="Why it was refused.")
