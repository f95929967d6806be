"""Checks shared by creating and updating trackers."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from models import Member, MemberKind
from models.base import dump_json
from services.accounts.assignees import unassignable_error
from services.forms.definitions import TypeDefinition
from services.kernel.dates import LATEST_DATE, format_date
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.rows import rows_by_id
from services.viewer import Viewer

MAX_VALUES_BYTES = 262_144
"""The size of a tracker's values as they are stored: a page has a hundred trackers, and is read into memory whole."""


async def find_member(viewer: Viewer, member_id: UUID | None) -> Member | None:
    """Fetch a member of the viewer's organisation, active or not. Return None if there is no such member."""
    return None if member_id is None else (await rows_by_id(viewer, Member, [member_id]))[0]


def check_assignee(errors: ErrorCollector, viewer: Viewer, assignee_id: UUID | None, assignee: Member | None) -> None:
    """Check that an assignee is the viewer or an active administrator.

    ``assignee`` is the member with the id ``assignee_id``, or None if there is no such member.
    """
    if assignee_id is None:
        return
    if assignee is None:
        errors.add(ErrorCode.NOT_FOUND, "There is no such member.")
    elif assignee.id != viewer.member_id and not (assignee.active and assignee.kind == MemberKind.ADMINISTRATOR):
        errors.extend([unassignable_error(assignee.name)])


def asks_about_unit(definition: TypeDefinition) -> bool:
    """Return whether a form asks whether the learner's own programme is an apprenticeship unit."""
    return definition.units is not None and definition.units.by_learner


def check_due_date(errors: ErrorCollector, due_date: dt.date | None, today: dt.date) -> None:
    """Check that a due date is between today and the end of 2100."""
    if due_date is not None and due_date < today:
        errors.add(ErrorCode.TOO_EARLY, f"The due date must be {format_date(today)} or later.", earliest=today)
    elif due_date is not None and due_date > LATEST_DATE:
        message = f"The due date must be {format_date(LATEST_DATE)} or earlier."
        errors.add(ErrorCode.TOO_LATE, message, latest=LATEST_DATE)


def check_values_size(errors: ErrorCollector, values: Mapping[str, Any]) -> None:
    """Add TOO_LARGE if a tracker's values take too many bytes together."""
    size = len(dump_json(values).encode())
    if size > MAX_VALUES_BYTES:
        message = f"The values of a tracker take at most {MAX_VALUES_BYTES:,} bytes together; these take {size:,}."
        errors.add(ErrorCode.TOO_LARGE, message, maximum=MAX_VALUES_BYTES, length=size)
