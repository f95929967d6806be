"""The ``viewer`` query, and the mutations for sessions and passwords."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.inputs.session import SignInInput, SignInPayload
from services.accounts import password_reset, sessions
from services.viewer import Viewer


def viewer(info: Info) -> Viewer:
    """Return the viewer, the member who is signed in."""
    return info.context.require_viewer()


async def sign_in(
    info: Info,
    credentials: Annotated[SignInInput, strawberry.argument(name="input", description="Who, and the proof.")],
) -> Any:
    """Sign in with an email address and a password."""
    session = await sessions.sign_in(
        info.context.installation, email=credentials.email, password=credentials.password, client=info.context.client
    )
    return _make_payload(info, session)


async def refresh_session(
    info: Info,
    refresh_token: Annotated[str, strawberry.argument(description="The refresh token handed out last; works once.")],
) -> Any:
    """Exchange a refresh token for a new pair of tokens."""
    return _make_payload(info, await sessions.refresh_session(info.context.installation, refresh_token=refresh_token))


async def sign_out(
    refresh_token: Annotated[str, strawberry.argument(description="A refresh token of the session to end.")],
) -> bool:
    """End the session of a refresh token, and return whether the token belonged to a session."""
    return await sessions.sign_out(refresh_token=refresh_token)


async def request_password_reset(
    info: Info, email: Annotated[str, strawberry.argument(description="The member's e-mail address, in any case.")]
) -> bool:
    """Email a member a link for choosing a new password.

    Always return True, so that the response does not reveal whether the member exists.
    """
    await password_reset.request_reset(email=email, client=info.context.client)
    return True


async def set_password(
    info: Info,
    token: Annotated[str, strawberry.argument(description="What the link of the mail brought; works once.")],
    password: Annotated[str, strawberry.argument(description="The new password, of 12 to 200 characters.")],
) -> Any:
    """Set the password of a member with an emailed token, and sign them in."""
    session = await password_reset.set_password(
        info.context.installation, token=token, password=password, client=info.context.client
    )
    return _make_payload(info, session)


def _make_payload(info: Info, session: sessions.IssuedTokens) -> SignInPayload:
    # Resolve the fields of the payload as the member who has just signed in.
    info.context.authenticate(session.viewer)
    row: Any = session
    return SignInPayload(session=row)
