"""Signing in, staying signed in, signing out, choosing a password, and who one is."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.session import SignInInput, SignInPayload, signed_in
from services.accounts import password_reset, sessions
from services.viewer import Viewer


async def viewer(info: Info) -> Viewer:
    """Who is signed in."""
    return info.context.require_viewer()


async def sign_in(
    info: Info, given: Annotated[SignInInput, strawberry.argument(name="input", description="Who, and the proof.")]
) -> Any:
    """Sign in with e-mail address and password."""
    session = await sessions.sign_in(
        info.context.installation, email=given.email, password=given.password, client=info.context.client
    )
    return _entered(info, session)


async def refresh_session(
    info: Info,
    refresh_token: Annotated[str, strawberry.argument(description="The refresh token handed out last; works once.")],
) -> Any:
    """Exchange a refresh token for a fresh pair."""
    return _entered(info, await sessions.refresh_session(info.context.installation, refresh_token=refresh_token))


async def sign_out(
    refresh_token: Annotated[str, strawberry.argument(description="A refresh token of the session to end.")],
) -> bool:
    """End a session: its tokens no longer hold."""
    return await sessions.sign_out(refresh_token=refresh_token)


async def request_password_reset(
    info: Info, email: Annotated[str, strawberry.argument(description="The member's e-mail address, in any case.")]
) -> bool:
    """Have a mail sent by which a member chooses another password."""
    await password_reset.request_reset(email=email, client=info.context.client)
    return True


async def set_password(
    info: Info,
    token: Annotated[str, strawberry.argument(description="What the link of the mail brought; works once.")],
    password: Annotated[str, strawberry.argument(description="The new password, of 12 to 200 characters.")],
) -> Any:
    """Choose a password, and sign in."""
    session = await password_reset.set_password(
        info.context.installation, token=token, password=password, client=info.context.client
    )
    return _entered(info, session)


def _entered(info: Info, session: sessions.SignedIn) -> SignInPayload:
    # What is asked of the payload below is asked by the one who has just signed in.
    info.context.enter(session.viewer)
    return signed_in(session)
