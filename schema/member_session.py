"""GraphQL type for the open sessions of a member."""

import datetime as dt

import strawberry

from schema.declaration.fields import resolved_field
from schema.declaration.relay import NODE_ID_DESCRIPTION
from schema.enums import SignInMethod
from services.accounts.sessions.listing import OpenSession
from services.kernel.global_ids import to_global_id


def _id(root: strawberry.Parent[OpenSession]) -> strawberry.ID:
    return strawberry.ID(to_global_id("MemberSession", root.id))


@strawberry.type(description="A session of the viewer that is open: where and on what they are signed in.")
class MemberSession:
    """GraphQL type for an open session."""

    id: strawberry.ID = resolved_field(_id, NODE_ID_DESCRIPTION)
    device: str = strawberry.field(description='Browser and system, as the client says: "Firefox on Windows".')
    network: str = strawberry.field(
        description="The place of its last use: the IPv4 address, or the /64 network of IPv6."
    )
    method: SignInMethod = strawberry.field(description="How it was opened.")
    second_factor: bool = strawberry.field(description="Whether a second factor was given.")
    is_current: bool = strawberry.field(description="Whether it is the session of this request.")
    signed_in_at: dt.datetime = strawberry.field(description="When it was opened.")
    last_used_at: dt.datetime = strawberry.field(description="When it was opened or refreshed last.")
    expires_at: dt.datetime = strawberry.field(
        description="When it ends unless it is refreshed before; 90 days after the sign-in it ends in any case."
    )
