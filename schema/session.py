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
    viewer: Viewer = strawberry.field(description="Who is signed in.")
