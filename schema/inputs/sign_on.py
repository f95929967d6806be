"""The inputs of the mutations for single sign-on, and the payload of ``beginSignOn``."""

import strawberry

from schema.input_error import InputError


@strawberry.input(description="Who wants to sign in through their organisation's provider.")
class BeginSignOnInput:
    """Input of the ``beginSignOn`` mutation."""

    email: str = strawberry.field(description="The e-mail address; its domain names the provider.")
    redirect_url: str | None = strawberry.field(
        default=None,
        description="Where the browser comes back to, with `#token=…`: an address of this server or of one of its allowed "
        "origins. Absent: the server's own page.",
    )
    reauthenticate: bool = strawberry.field(
        default=False,
        description="Have the provider ask for password or factor anew, even if the person is signed in there. After "
        "SIGN_IN_AGAIN.",
    )


@strawberry.type(description="What came of beginning a single sign-on.")
class BeginSignOnPayload:
    """Payload of the ``beginSignOn`` mutation."""

    url: str | None = strawberry.field(
        default=None, description="The provider's page, to which the browser goes next; null when refused."
    )
    secret: str | None = strawberry.field(
        default=None,
        description="What `completeSignOn` takes beside the token. Keep it where the sign-on was begun, such as in the "
        "tab's session storage, and send it nowhere else; null when refused.",
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.input(description="What the browser brought back, and what was kept.")
class CompleteSignOnInput:
    """Input of the ``completeSignOn`` mutation."""

    token: str = strawberry.field(description="From the fragment of the address; works once, within ten minutes.")
    secret: str = strawberry.field(description="What `beginSignOn` gave to the same client.")
    device_token: str | None = strawberry.field(
        default=None, description="The `deviceToken` of an earlier session on this device, if there was one."
    )
