"""The ``Subscription`` root type. The resolvers of its fields are in the other modules of this package."""

from collections.abc import AsyncGenerator

import strawberry

from resolvers import notification as notification_resolvers
from schema.notification import Notification
from schema.tracker import TrackerEvent


@strawberry.type(description="What one can hear.")
class Subscription:
    """Root type of subscriptions."""

    tracker_assigned: AsyncGenerator[Notification, None] = strawberry.subscription(
        resolver=notification_resolvers.tracker_assigned,
        description="Every tracker that somebody else assigns to the viewer, when it is opened or later: in order, none lost, "
        "none twice. What was missed comes first. Other notifications are left out, so the cursors may jump.",
    )
    notification_received: AsyncGenerator[Notification, None] = strawberry.subscription(
        resolver=notification_resolvers.notification_received,
        description="Everything that the viewer is told: in order, none lost, none twice, the cursors without gaps.",
    )
    tracker_changed: AsyncGenerator[TrackerEvent, None] = strawberry.subscription(
        resolver=notification_resolvers.tracker_changed,
        description="What happens to a tracker while its page is open. Live only: after connecting ask for the tracker once, "
        "then apply events of a greater version. Ends when the tracker is no longer to be seen.",
    )
