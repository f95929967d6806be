"""The input of ``update_tracker``."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import TrackerStatus
from services.forms.kinds.types import SubmittedValue
from services.kernel.absent import ABSENT, Absent
from services.trackers.entry_content import text_content, values_content


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateEntry:
    """The input of ``update_tracker``. ``version`` is the version that the client last read."""

    tracker_id: UUID
    version: int
    status: TrackerStatus | Absent | None = ABSENT
    assignee_id: UUID | Absent | None = ABSENT
    description: str | Absent | None = ABSENT
    due_date: dt.date | Absent | None = ABSENT
    values: Sequence[SubmittedValue] | Absent | None = ABSENT
    comment: str | None = None
    idempotency_key: str | None = None

    def content(self) -> dict[str, Any]:
        """Return the normalised content of the entry as JSON, for comparison by idempotency key.

        Fields that are absent are left out. See ``entry_content``: its format must never change.
        """
        content: dict[str, Any] = {
            "tracker": str(self.tracker_id),
            "version": self.version,
            "comment": text_content(self.comment),
        }
        if not isinstance(self.status, Absent):
            content["status"] = self.status
        if not isinstance(self.assignee_id, Absent):
            content["assignee"] = str(self.assignee_id) if self.assignee_id else None
        if not isinstance(self.description, Absent):
            content["description"] = text_content(self.description)
        if not isinstance(self.due_date, Absent):
            content["dueDate"] = self.due_date.isoformat() if self.due_date else None
        if not isinstance(self.values, Absent):
            content["values"] = None if self.values is None else values_content(self.values)
        return content
