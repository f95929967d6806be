"""The rows that the entry of a new tracker refers to, read by one statement and thus at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import Learner, Member
from models.rows import columns, reader, row
from services.forms.kinds.lookup import Lookup, UploadScope
from services.forms.references import lookup_columns, lookup_from_record
from services.idempotency import IdempotencyKey, StoredKey
from services.kernel.sql import StatementBuilder
from services.tracker_types.catalogue import AvailableType, type_by_key
from services.trackers.create_entry import TrackerEntry
from services.viewer import Viewer
from services.visibility import visibility_condition

_ASSIGNEE_COLUMNS = ("id", "name", "kind", "active")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRows:
    """The rows that an entry refers to. Rows that do not exist or are not visible to the viewer are None.

    ``type`` is the type unless it is archived, ``assignee`` a member of the organisation, active or not, and ``repeated``
    what the viewer has created with the entry's idempotency key.
    """

    type: AvailableType | None
    learner: Learner | None
    assignee: Member | None
    lookup: Lookup
    repeated: StoredKey | None


async def read_entry_rows(viewer: Viewer, entry: TrackerEntry, key: IdempotencyKey | None) -> EntryRows:
    """Read what an entry refers to. The types of the organisation are kept in the process (``catalogue_of``)."""
    available_type = await type_by_key(viewer, entry.type)
    if available_type is not None and available_type.type.archived:
        available_type = None
    (record,) = await _select(viewer, entry, key, available_type)
    assignee = reader(Member, "assignee", _ASSIGNEE_COLUMNS)
    return EntryRows(
        type=available_type,
        learner=row(Learner, "learner", record),
        assignee=assignee.read([record], assignee.position(record))[0],
        lookup=lookup_from_record(record),
        repeated=StoredKey(record["repeated_id"], record["repeated_digest"]) if record["repeated_id"] else None,
    )


async def _select(
    viewer: Viewer, entry: TrackerEntry, key: IdempotencyKey | None, available_type: AvailableType | None
) -> Sequence[Mapping[str, Any]]:
    statement = StatementBuilder()
    bind = statement.bind
    scope = UploadScope(uploader_id=viewer.member_id, type_key=available_type.type.key) if available_type else None
    lookup = lookup_columns(statement, viewer.organisation_id, entry.values, scope)
    learner_visible = visibility_condition(Learner, "learner", viewer, statement)
    return await statement.fetch(f"""
        SELECT {columns(Learner, "learner")}, {reader(Member, "assignee", _ASSIGNEE_COLUMNS).columns},
            repeated.id AS repeated_id, repeated.idempotency_digest AS repeated_digest{lookup and ", "}{lookup}
        FROM (VALUES (1)) AS entry
        LEFT JOIN learner ON learner.id = {bind(entry.learner_id)}::uuid AND {learner_visible}
        LEFT JOIN member assignee ON assignee.id = {bind(entry.assignee_id)}::uuid
            AND assignee.organisation_id = {bind(viewer.organisation_id)}
        LEFT JOIN tracker repeated ON repeated.created_by_id = {bind(viewer.member_id)}
            AND repeated.idempotency_key = {bind(key.value if key else None)}
    """)
