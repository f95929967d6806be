"""GraphQL type for the viewer, the member who is signed in."""

from typing import Annotated

import strawberry

import models
from schema.context import Info
from schema.declaration.fields import resolved_field
from schema.declaration.relay import Connection, ConnectionData, connection_of_rows
from schema.factor import Factor
from schema.inputs.arguments import After, Before, First, Last
from schema.member import Member
from schema.member_session import MemberSession
from schema.notification import Notification
from schema.organisation import Organisation
from schema.reading.selection import CONNECTION, selected_row, selects_total_count
from services.accounts.factors.recovery_codes import count_recovery_codes
from services.accounts.factors.stored import list_factors
from services.accounts.sessions.listing import OpenSession, open_sessions
from services.kernel.global_ids import to_global_id
from services.notifications.listing import page_of_notifications
from services.notifications.subscription import newest_cursor, unread_count
from services.paging.pages import PageRequest
from services.viewer import Viewer as ViewerRow

Row = strawberry.Parent[ViewerRow]


def _id(root: Row) -> strawberry.ID:
    return strawberry.ID(to_global_id("Member", root.member_id))


def _member(root: Row) -> models.Member:
    return root.member


def _organisation(root: Row) -> models.Organisation:
    return root.organisation


async def _unread_notifications(root: Row) -> int:
    return await unread_count(root)


async def _notification_cursor(root: Row) -> str:
    return str(await newest_cursor(root))


async def _notifications(
    root: Row,
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    unread_only: Annotated[bool, strawberry.argument(description="Only those that are not marked as read.")] = False,
) -> ConnectionData:
    root.require_factor()
    request = PageRequest(first, after, last, before)
    selection = selected_row(info, models.Notification, CONNECTION)
    page = await page_of_notifications(
        root, request, selection, unread_only=unread_only, count=selects_total_count(info)
    )
    return connection_of_rows(page, selection)


async def _sessions(root: Row) -> list[OpenSession]:
    return await open_sessions(root)


async def _factors(root: Row) -> list[models.Factor]:
    return await list_factors(root.member_id)


async def _recovery_codes_left(root: Row) -> int:
    return await count_recovery_codes(root.member_id)


def _must_add_factor(root: Row) -> bool:
    return root.must_add_factor


@strawberry.type(description="Who is signed in, and what is theirs.")
class Viewer:
    """GraphQL type for the viewer, with their organisation and notifications."""

    id: strawberry.ID = resolved_field(_id, "The member's id.")
    member: Member = resolved_field(_member, "The member who is signed in.")
    organisation: Organisation = resolved_field(_organisation, "The organisation that everything shown belongs to.")
    unread_notifications: int = resolved_field(_unread_notifications, "How many notifications are not marked as read.")
    notifications: Connection[Notification] = resolved_field(_notifications, "What the member was told, newest first.")
    notification_cursor: str = resolved_field(
        _notification_cursor,
        'The cursor of the newest notification, "0" if there is none: list first, then listen after it, and nothing is lost.',
    )
    sessions: list[MemberSession] = resolved_field(
        _sessions, "Where the member is signed in: this session first, then those used last; at most 100."
    )
    factors: list[Factor] = resolved_field(_factors, "The member's second factors, the oldest first.")
    recovery_codes_left: int = resolved_field(
        _recovery_codes_left, "How many recovery codes the member can still use instead of a lost factor."
    )
    must_add_factor: bool = resolved_field(
        _must_add_factor,
        description="Whether the organisation demands a second factor that was not proved in this session. Until one is added, only "
        "this, refreshing and signing out are open; everything else is FACTOR_REQUIRED.",
    )
