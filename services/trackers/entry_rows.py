"""The rows that the entry of a new tracker refers to, read by one statement and thus at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import Learner, Member, TrackerCategory
from models.rows import RowReader, reader
from services.forms.kinds.lookup import Lookup, UploadScope
from services.forms.references import lookup_columns, lookup_from_record
from services.idempotency import IdempotencyKey, StoredKey
from services.kernel.sql import StatementBuilder
from services.tracker_types.catalogue import AvailableType, type_by_key
from services.trackers.create_entry import TrackerEntry
from services.viewer import Viewer
from services.visibility import visibility_condition

_ASSIGNEE_COLUMNS = ("id", "name", "kind", "active")
_LEARNER_COLUMNS = ("id", "programme_id")
"""What is read of the learner, except for a process automation, which is checked against the whole record."""


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
    is_automation = available_type is not None and available_type.type.category == TrackerCategory.PROCESS_AUTOMATION
    learner = reader(Learner, "learner", None if is_automation else _LEARNER_COLUMNS)
    (record,) = await _select(viewer, entry, key, available_type, learner.columns)
    repeated_id = record["repeated_id"] if key else None
    return EntryRows(
        type=available_type,
        learner=learner.read_one(record),
        assignee=_assignee().read_one(record) if entry.assignee_id else None,
        lookup=lookup_from_record(record),
        repeated=StoredKey(repeated_id, record["repeated_digest"]) if repeated_id else None,
    )


async def _select(
    viewer: Viewer,
    entry: TrackerEntry,
    key: IdempotencyKey | None,
    available_type: AvailableType | None,
    learner_columns: str,
) -> Sequence[Mapping[str, Any]]:
    """Fetch the one record of what the entry refers to; it joins only what there is to look up."""
    statement, columns = StatementBuilder(), [learner_columns]
    bind = statement.bind
    visible = visibility_condition(Learner, "learner", viewer, statement)
    source = f"(VALUES (1)) AS entry LEFT JOIN learner ON learner.id = {bind(entry.learner_id)}::uuid AND {visible}"
    if entry.assignee_id:
        columns.append(_assignee().columns)
        own = f"assignee.organisation_id = {bind(viewer.organisation_id)}"
        source += f" LEFT JOIN member assignee ON assignee.id = {bind(entry.assignee_id)} AND {own}"
    if key:
        columns.append("repeated.id AS repeated_id, repeated.idempotency_digest AS repeated_digest")
        own = f"repeated.created_by_id = {bind(viewer.member_id)}"
        source += f" LEFT JOIN tracker repeated ON {own} AND repeated.idempotency_key = {bind(key.value)}"
    scope = UploadScope(uploader_id=viewer.member_id, type_key=available_type.type.key) if available_type else None
    if lookup := lookup_columns(statement, viewer.organisation_id, entry.values, scope):
        columns.append(lookup)
    return await statement.fetch(f"SELECT {', '.join(columns)} FROM {source}")


def _assignee() -> RowReader[Member]:
    return reader(Member, "assignee", _ASSIGNEE_COLUMNS)
