"""The ``viewer`` query, and the mutations for sessions and passwords."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.inputs.session import (
    BeginPasskeySignInPayload,
    EndMemberSessionsInput,
    EndMemberSessionsPayload,
    EndOtherSessionsPayload,
    EndSessionInput,
    EndSessionPayload,
    SignInInput,
    SignInPayload,
    SignInWithPasskeyInput,
)
from services.accounts import passkey_sign_in, password_reset
from services.accounts.sessions import ending, listing, opening
from services.accounts.sessions.clients import Client
from services.accounts.sign_in import sign_in as sign_in_with_password
from services.sign_on import continuation
from services.viewer import Viewer


def viewer(info: Info) -> Viewer:
    """Return the viewer, the member who is signed in."""
    return info.context.require_signed_in()


async def sign_in(
    info: Info,
    credentials: Annotated[SignInInput, strawberry.argument(name="input", description="Who, and the proof.")],
) -> Any:
    """Sign in with an email address and a password."""
    session = await sign_in_with_password(
        info.context.installation,
        email=credentials.email,
        password=credentials.password,
        code=credentials.code,
        client=client_of(info),
        device_token=credentials.device_token,
    )
    return make_payload(info, session)


async def begin_passkey_sign_in(info: Info) -> BeginPasskeySignInPayload:
    """Return the options for signing in with a passkey."""
    return BeginPasskeySignInPayload(options=await passkey_sign_in.begin_passkey_sign_in(info.context.installation))


async def sign_in_with_passkey(
    info: Info,
    entry: Annotated[SignInWithPasskeyInput, strawberry.argument(name="input", description="The proof.")],
) -> Any:
    """Sign in with a passkey."""
    session = await passkey_sign_in.sign_in_with_passkey(
        info.context.installation,
        credential=entry.credential,
        client=client_of(info),
        device_token=entry.device_token,
    )
    return make_payload(info, session)


async def refresh_session(
    info: Info,
    refresh_token: Annotated[str, strawberry.argument(description="The refresh token handed out last; works once.")],
) -> Any:
    """Exchange a refresh token for a new pair of tokens."""
    session = await continuation.refresh_session(
        info.context.installation, refresh_token=refresh_token, client=client_of(info)
    )
    return make_payload(info, session)


async def sign_out(
    refresh_token: Annotated[str, strawberry.argument(description="A refresh token of the session to end.")],
) -> bool:
    """End the session of a refresh token, and return whether the token belonged to a session."""
    return await ending.sign_out(refresh_token=refresh_token)


async def request_password_reset(
    info: Info, email: Annotated[str, strawberry.argument(description="The member's e-mail address, in any case.")]
) -> bool:
    """Email a member a link for choosing a new password.

    Always return True, so that the response does not reveal whether the member exists.
    """
    await password_reset.request_reset(info.context.installation, email=email, client=client_of(info))
    return True


async def set_password(
    info: Info,
    token: Annotated[str, strawberry.argument(description="What the link of the mail brought; works once.")],
    password: Annotated[
        str,
        strawberry.argument(
            description="The new password, of 12 to 200 characters: no common one, and without a name of the person or "
            "the organisation."
        ),
    ],
    code: Annotated[
        str | None,
        strawberry.argument(
            description="With a second factor: the code of the authenticator app, or a recovery code. Without it FACTOR_REQUIRED "
            "at `code`; the link still works then."
        ),
    ] = None,
) -> Any:
    """Set the password of a member with an emailed token, and sign them in."""
    session = await password_reset.set_password(
        info.context.installation, token=token, password=password, code=code, client=client_of(info)
    )
    return make_payload(info, session)


async def end_session(
    info: Info, entry: Annotated[EndSessionInput, strawberry.argument(name="input", description="Which one.")]
) -> EndSessionPayload:
    """End one of the viewer's sessions."""
    viewer: Any = info.context.require_viewer()
    await listing.end_session(viewer, entry.decode())
    return EndSessionPayload(viewer=viewer)


async def end_other_sessions(info: Info) -> EndOtherSessionsPayload:
    """End all the viewer's sessions but this one."""
    viewer: Any = info.context.require_viewer()
    await listing.end_other_sessions(viewer)
    return EndOtherSessionsPayload(viewer=viewer)


async def end_member_sessions(
    info: Info, entry: Annotated[EndMemberSessionsInput, strawberry.argument(name="input", description="Whose.")]
) -> EndMemberSessionsPayload:
    """End every session of a member."""
    member: Any = await listing.end_member_sessions(info.context.require_viewer(), entry.decode())
    return EndMemberSessionsPayload(member=member)


def client_of(info: Info) -> Client:
    """Return what is known of the client of an operation."""
    return Client(info.context.client, info.context.user_agent)


def make_payload(info: Info, session: opening.IssuedTokens) -> SignInPayload:
    """Return the payload with a session, whose fields are resolved as the member who has just signed in."""
    info.context.authenticate(session.viewer)
    row: Any = session
    return SignInPayload(session=row)
