"""What the rules may know of where they run."""

from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import UUID

from services.kernel.global_ids import to_global_id


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation: the secret that signs its tokens, and the addresses that its answers and mails name."""

    secret: bytes = field(repr=False)
    edit_url: str
    mail_from: str = "trackers@localhost"
    public_url: str = "http://127.0.0.1:8000"
    password_url: str = "http://127.0.0.1:8000/password#token={token}"  # noqa: S105 - an address

    def tracker_url(self, tracker_id: UUID) -> str:
        """The Edit Tracker page of a tracker: ``{id}`` becomes its URL-encoded global id."""
        return self.edit_url.replace("{id}", quote(to_global_id("Tracker", tracker_id), safe=""))

    def password_link(self, token: str) -> str:
        """The address at which whoever holds this token chooses a password."""
        return self.password_url.replace("{token}", quote(token, safe=""))
