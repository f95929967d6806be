"""The input of ``create_tracker``."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import TrackerStatus
from services.forms.kinds.types import SubmittedValue
from services.trackers.entry_content import text_content, values_content


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerEntry:
    """The input of ``create_tracker``."""

    type: str
    type_version: int | None = None
    learner_id: UUID | None = None
    status: TrackerStatus = TrackerStatus.NEW
    assignee_id: UUID | None = None
    description: str | None = None
    due_date: dt.date | None = None
    values: Sequence[SubmittedValue] = ()
    idempotency_key: str | None = None

    def content(self) -> dict[str, Any]:
        """Return the normalised content of the entry as JSON, for comparison by idempotency key.

        See ``entry_content``: its format must never change.
        """
        return {
            "type": self.type,
            "typeVersion": self.type_version,
            "learner": str(self.learner_id) if self.learner_id else None,
            "assignee": str(self.assignee_id) if self.assignee_id else None,
            "status": self.status,
            "description": text_content(self.description),
            "dueDate": self.due_date.isoformat() if self.due_date else None,
            "values": values_content(self.values),
        }
