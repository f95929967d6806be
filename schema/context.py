"""What every resolver of one operation shares."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry

from schema.loaders import Loaders
from services.installation import Installation
from services.kernel.errors import UnauthenticatedError
from services.notifications.inbox_reader import InboxReader
from services.notifications.tracker_stream import OpenPages
from services.viewer import Viewer


@dataclass
class Context:
    """One operation's viewer and batches, and where it runs."""

    installation: Installation
    inbox_reader: InboxReader
    client: str
    viewer: Viewer | None = None
    open_pages: OpenPages = field(default_factory=OpenPages)
    _loaders: Loaders | None = None

    @property
    def member_id(self) -> str | None:
        """The id of the viewer's row."""
        return str(self.viewer.member_id) if self.viewer else None

    @property
    def expires_at(self) -> datetime | None:
        """When the viewer's token ends."""
        return self.viewer.expires_at if self.viewer else None

    def enter(self, viewer: Viewer) -> None:
        """Go on as this viewer, with batches of their own: after a sign-in, and at each event."""
        self.viewer = viewer
        self.forget_loaded_rows()

    def forget_loaded_rows(self) -> None:
        """Read everything again from now on."""
        self._loaders = None

    def require_viewer(self) -> Viewer:
        """The viewer; raises UnauthenticatedError if there is none."""
        if self.viewer is None:
            raise UnauthenticatedError
        return self.viewer

    @property
    def loaders(self) -> Loaders:
        """The viewer's batches; raises UnauthenticatedError if there is no viewer."""
        if self._loaders is None:
            self._loaders = Loaders(self.require_viewer())
        return self._loaders


if TYPE_CHECKING:
    Info = strawberry.Info[Context, Any]
else:
    Info = strawberry.Info
