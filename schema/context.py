"""The context of an operation, which all of its resolvers share."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry

from schema.loaders import Loaders
from services.installation import Installation
from services.kernel.errors import UnauthenticatedError
from services.notifications.inbox_reader import InboxReader
from services.notifications.tracker_stream import TrackerStreams
from services.viewer import Viewer


@dataclass
class Context:
    """The viewer of one operation, the viewer's loaders, and the installation that the operation runs in."""

    installation: Installation
    inbox_reader: InboxReader
    client: str
    viewer: Viewer | None = None
    tracker_streams: TrackerStreams = field(default_factory=TrackerStreams)
    _loaders: Loaders | None = None

    @property
    def member_id(self) -> str | None:
        """Return the id of the viewer's member, or None."""
        return str(self.viewer.member_id) if self.viewer else None

    @property
    def expires_at(self) -> datetime | None:
        """Return when the viewer's access token expires, or None."""
        return self.viewer.expires_at if self.viewer else None

    def authenticate(self, viewer: Viewer) -> None:
        """Continue as this viewer, with loaders of their own: after a sign-in, and at each event."""
        self.viewer = viewer
        self.forget_loaded_rows()

    def forget_loaded_rows(self) -> None:
        """Discard the loaders and what they have read, so that everything is read again."""
        self._loaders = None

    def require_viewer(self) -> Viewer:
        """Return the viewer; raise UnauthenticatedError if nobody is signed in."""
        if self.viewer is None:
            raise UnauthenticatedError
        return self.viewer

    @property
    def loaders(self) -> Loaders:
        """Return the viewer's loaders; raise UnauthenticatedError if nobody is signed in."""
        if self._loaders is None:
            self._loaders = Loaders(self.require_viewer())
        return self._loaders


if TYPE_CHECKING:
    Info = strawberry.Info[Context, Any]
else:
    Info = strawberry.Info
