"""Who is signed in, and what is theirs."""

import datetime as dt
from typing import Any

import strawberry

import models
from schema.edges import edge
from schema.input_error import InputError
from schema.member import Member
from schema.organisation import Organisation
from services.global_ids import global_id
from services.notifications import newest_cursor, unread_count
from services.sessions import SignedIn
from services.viewer import Viewer as ViewerRow

Row = strawberry.Parent[ViewerRow]


def _id(root: Row) -> strawberry.ID:
    return strawberry.ID(global_id("Member", root.member_id))


def _member(root: Row) -> models.Member:
    return root.member


def _organisation(root: Row) -> models.Organisation:
    return root.organisation


async def _unread_notifications(root: Row) -> int:
    return await unread_count(root)


async def _notification_cursor(root: Row) -> str:
    return str(await newest_cursor(root))


@strawberry.type(description="Who is signed in, and what is theirs.")
class Viewer:
    """The whitelist over the viewer."""

    id: strawberry.ID = edge(_id, "The member's id.")
    member: Member = edge(_member, "The member who is signed in.")
    organisation: Organisation = edge(_organisation, "The organisation that everything shown belongs to.")
    unread_notifications: int = edge(_unread_notifications, "How many notifications are not marked as read.")
    notification_cursor: str = edge(
        _notification_cursor,
        'The cursor of the newest notification, "0" if there is none: list first, then listen after it, and nothing is lost.',
    )


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
