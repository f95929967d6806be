"""The mutations for single sign-on."""

from typing import Annotated, Any

import strawberry

from resolvers.session import client_of, make_payload
from schema.context import Info
from schema.inputs.sign_on import BeginSignOnInput, BeginSignOnPayload, CompleteSignOnInput
from services.sign_on import begin, completion


async def begin_sign_on(
    info: Info, entry: Annotated[BeginSignOnInput, strawberry.argument(name="input", description="Who, and where to.")]
) -> BeginSignOnPayload:
    """Begin a sign-on at the provider of an email address's domain."""
    begun = await begin.begin_sign_on(
        info.context.installation,
        email=entry.email,
        redirect_url=entry.redirect_url,
        reauthenticate=entry.reauthenticate,
        client=client_of(info),
    )
    return BeginSignOnPayload(url=begun.url, secret=begun.secret)


async def complete_sign_on(
    info: Info, entry: Annotated[CompleteSignOnInput, strawberry.argument(name="input", description="The proof.")]
) -> Any:
    """Complete a sign-on, and open the session."""
    tokens = await completion.complete_sign_on(
        info.context.installation,
        token=entry.token,
        secret=entry.secret,
        client=client_of(info),
        device_token=entry.device_token,
    )
    return make_payload(info, tokens)
