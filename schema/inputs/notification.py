"""Marking notifications as read, and what comes of it."""

import strawberry

import models
from schema.input_error import InputError
from schema.notification import Notification
from schema.relay import row_id
from schema.viewer import Viewer
from services.notifications.listing import ReadMark


@strawberry.input(description="Which notifications have been read.")
class MarkNotificationsReadInput:
    """The input of markNotificationsRead."""

    ids: list[strawberry.ID] | None = strawberry.field(default=None, description="These.")
    all: bool = strawberry.field(default=False, description="All that there are.")


@strawberry.type(description="What came of marking notifications as read.")
class MarkNotificationsReadPayload:
    """The marked notifications, or all that is wrong with the entry."""

    viewer: Viewer | None = strawberry.field(
        default=None, description="Whose they are, with the count that is left; null when refused."
    )
    notifications: list[Notification] = strawberry.field(
        default_factory=list, description="Those that are marked, newest first; of many the newest hundred."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")


def mark_of(given: MarkNotificationsReadInput) -> ReadMark:
    """The entry as the rules take it."""
    return ReadMark([row_id(text, models.Notification) for text in given.ids or ()], given.all)
