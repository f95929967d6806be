"""The execution context that is passed to all resolvers of an operation."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry

from schema.declaration.costs import FormSizes
from schema.reading.loaders import Loaders
from services.accounts.sessions.current_viewers import SessionKey, session_key
from services.installation import Installation
from services.kernel.errors import UnauthenticatedError
from services.notifications.inbox_reader import InboxReader
from services.notifications.tracker_stream import TrackerStreams
from services.viewer import Viewer


@dataclass
class Context:
    """The context of one operation: the viewer, their data loaders, and shared services of the process."""

    installation: Installation
    inbox_reader: InboxReader
    client: str
    viewer: Viewer | None = None
    tracker_streams: TrackerStreams = field(default_factory=TrackerStreams)
    _loaders: Loaders | None = None
    user_agent: str = ""

    @property
    def member_id(self) -> str | None:
        """Return the id of the signed-in member, or None if the request is anonymous."""
        return str(self.viewer.member_id) if self.viewer else None

    @property
    def expires_at(self) -> datetime | None:
        """Return the expiry time of the viewer's access token, or None if the request is anonymous."""
        return self.viewer.expires_at if self.viewer else None

    @property
    def form_sizes(self) -> FormSizes:
        """Return the sizes of the largest forms of the viewer's organisation."""
        if self.viewer is None:
            return FormSizes()
        organisation = self.viewer.organisation
        return FormSizes(organisation.form_fields, organisation.form_choices)

    @property
    def session_key(self) -> SessionKey | None:
        """Return the key of the viewer's session and token, or None if the request is anonymous."""
        return session_key(self.viewer) if self.viewer else None

    def for_viewer(self, viewer: Viewer | None) -> "Context":
        """Return a context for another viewer, or none, with loaders of its own."""
        return replace(self, viewer=viewer, _loaders=None)

    def authenticate(self, viewer: Viewer) -> None:
        """Replace the viewer and discard the loaders; called after a sign-in."""
        self.viewer = viewer
        self.forget_loaded_rows()

    def forget_loaded_rows(self) -> None:
        """Discard the data loaders and their caches, so that rows are fetched again."""
        self._loaders = None

    def require_viewer(self) -> Viewer:
        """Return the viewer, who may do what their roles permit.

        Raises ``UnauthenticatedError`` if the request is anonymous, and ``FactorRequiredError`` if the viewer must add a
        second factor first.
        """
        viewer = self.require_signed_in()
        viewer.require_factor()
        return viewer

    def require_signed_in(self) -> Viewer:
        """Return the viewer, even one who must add a second factor first, for what they need to do so.

        Raises ``UnauthenticatedError`` if the request is anonymous.
        """
        if self.viewer is None:
            raise UnauthenticatedError
        return self.viewer

    @property
    def loaders(self) -> Loaders:
        """Return the viewer's data loaders. Raises the errors of ``require_viewer``."""
        if self._loaders is None:
            self._loaders = Loaders(self.require_viewer())
        return self._loaders


if TYPE_CHECKING:
    Info = strawberry.Info[Context, Any]
else:
    Info = strawberry.Info
