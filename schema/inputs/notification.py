"""The input and payload of the ``markNotificationsRead`` mutation."""

import strawberry

import models
from schema.input_error import InputError
from schema.inputs.ids import decode_id
from schema.notification import Notification
from schema.viewer import Viewer
from services.notifications.listing import ReadSelection


@strawberry.input(description="Which notifications have been read.")
class MarkNotificationsReadInput:
    """Input of the ``markNotificationsRead`` mutation."""

    ids: list[strawberry.ID] | None = strawberry.field(default=None, description="These.")
    all: bool = strawberry.field(default=False, description="All that there are.")

    def decode(self) -> ReadSelection:
        """Convert the input to a ``ReadSelection``."""
        return ReadSelection([decode_id(text, models.Notification) for text in self.ids or ()], self.all)


@strawberry.type(description="What came of marking notifications as read.")
class MarkNotificationsReadPayload:
    """Payload of the ``markNotificationsRead`` mutation."""

    viewer: Viewer | None = strawberry.field(
        default=None, description="Whose they are, with the count that is left; null when refused."
    )
    notifications: list[Notification] = strawberry.field(
        default_factory=list, description="Those that are marked, newest first; of many the newest hundred."
    )
    errors: list[InputError] = strawberry.field(default_factory=list, description="All that is wrong with the entry.")
