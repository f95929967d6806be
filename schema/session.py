"""GraphQL type for sessions."""

import datetime as dt

import strawberry

from schema.viewer import Viewer


@strawberry.type(description="A sign-in: a token for requests and one to renew it.")
class Session:
    """GraphQL type for a session and its tokens."""

    access_token: str = strawberry.field(
        description="Goes into the header: `Authorization: Bearer …`. Lives ten minutes."
    )
    access_token_expires_at: dt.datetime = strawberry.field(description="When it ends.")
    refresh_token: str = strawberry.field(description="What `refreshSession` takes, once.")
    refresh_token_expires_at: dt.datetime = strawberry.field(
        description="Until when `refreshSession` takes it: 30 days, but never beyond 90 days from the sign-in."
    )
    device_token: str = strawberry.field(
        description="What to keep on this device, also after signing out, and to send with the next `signIn` from it. It "
        "opens nothing: failures of other people do not keep a known device waiting, and its sign-ins are not mailed about."
    )
    viewer: Viewer = strawberry.field(description="Who is signed in.")
