"""Who is signed in, and what is theirs."""

import strawberry

import models
from schema.edges import edge
from schema.member import Member
from schema.organisation import Organisation
from services.global_ids import global_id
from services.notifications import newest_cursor, unread_count
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
