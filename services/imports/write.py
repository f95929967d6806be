"""Writing of a batch of imported learners, with their groups and aims, in a few SQL statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models import ProgrammeStatus
from models.base import new_id
from models.database import fetch
from services.imports.entry import AIM_FIELDS, AimEntry, LearnerEntry
from services.imports.match_aims import AimChanges
from services.imports.references import References, resolve_references
from services.imports.stored import PLAIN_COLUMNS, StoredLearner
from services.kernel.sql import insert_rows, update_rows

_UPDATED_COLUMNS = PLAIN_COLUMNS | {
    "id": "uuid",
    "programme_id": "uuid",
    "employer_id": "uuid",
    "tutor_id": "uuid",
    "imported_at": "timestamptz",
}
_INSERTED_COLUMNS = _UPDATED_COLUMNS | {"organisation_id": "uuid", "reference": "text", "created_at": "timestamptz"}
_SQL_TYPES = {"reference": "text", "software_aim_id": "text", "restart": "boolean"}
_UPDATED_AIM_COLUMNS = {"id": "uuid"} | {
    name: _SQL_TYPES.get(name, "date" if name.endswith(("_date", "_from", "_to")) else "integer") for name in AIM_FIELDS
}
_INSERTED_AIM_COLUMNS = _UPDATED_AIM_COLUMNS | {"organisation_id": "uuid", "learner_id": "uuid"}


@dataclass(frozen=True, slots=True)
class LearnerWrite:
    """A learner to insert, or to update if ``stored`` is set."""

    entry: LearnerEntry
    stored: StoredLearner | None
    aims: AimChanges


async def write_learners(organisation_id: UUID, now: datetime, writes: Sequence[LearnerWrite]) -> None:
    """Insert or update learners with their groups and aims, creating missing programmes, groups and employers.

    Values that an entry does not contain are left unchanged. ``imported_at`` is set to ``now``.
    """
    if not writes:
        return
    references = await resolve_references(organisation_id, [write.entry for write in writes])
    rows = [_learner_row(write, references, organisation_id, now) for write in writes]
    await insert_rows(
        "learner", _INSERTED_COLUMNS, [row for row, write in zip(rows, writes, strict=True) if not write.stored]
    )
    await update_rows(
        "learner", _UPDATED_COLUMNS, [row for row, write in zip(rows, writes, strict=True) if write.stored]
    )
    ids = [row["id"] for row in rows]
    await _write_groups(references, zip(ids, writes, strict=True))
    await _write_aims(organisation_id, list(zip(ids, writes, strict=True)))


async def mark_imported(now: datetime, learners: Sequence[UUID]) -> None:
    """Set ``imported_at`` of learners whose values an import found to be unchanged."""
    if learners:
        await fetch("UPDATE learner SET imported_at = $1 WHERE id = ANY($2)", now, list(learners))


def _learner_row(write: LearnerWrite, references: References, organisation_id: UUID, now: datetime) -> dict[str, Any]:
    values = write.entry.values
    old = write.stored.row if write.stored else {"programme_status": ProgrammeStatus.ONBOARDING}
    row = {name: values[name] if name in values else old.get(name) for name in PLAIN_COLUMNS}
    for name, column, ids in (
        ("programme", "programme_id", references.programmes),
        ("employer", "employer_id", references.employers),
        ("tutor_email", "tutor_id", references.tutors),
    ):
        value: Any = values.get(name)
        row[column] = old.get(column) if name not in values else None if value is None else ids[value]
    row["id"] = write.stored.id if write.stored else new_id()
    row["organisation_id"], row["reference"] = organisation_id, write.entry.reference
    row["created_at"] = row["imported_at"] = now
    return row


async def _write_groups(references: References, writes: Iterable[tuple[UUID, LearnerWrite]]) -> None:
    with_groups = [(learner, write) for learner, write in writes if "groups" in write.entry.values]
    updated = [learner for learner, write in with_groups if write.stored]
    if updated:
        await fetch("DELETE FROM learner_in_group WHERE learner_id = ANY($1)", updated)
    rows = [
        {"learner_id": learner, "group_id": group}
        for learner, write in with_groups
        for group in dict.fromkeys(references.groups[name] for name in write.entry.values["groups"])
    ]
    await insert_rows("learner_in_group", {"learner_id": "uuid", "group_id": "uuid"}, rows)


async def _write_aims(organisation_id: UUID, writes: Sequence[tuple[UUID, LearnerWrite]]) -> None:
    removed = [aim for _, write in writes for aim in write.aims.removed]
    if removed:
        await fetch("DELETE FROM learning_aim WHERE id = ANY($1)", removed)
    changed = [_aim_row(aim) | {"id": row} for _, write in writes for row, aim in write.aims.changed]
    await update_rows("learning_aim", _UPDATED_AIM_COLUMNS, changed)
    new = [
        _aim_row(aim) | {"id": new_id(), "organisation_id": organisation_id, "learner_id": learner}
        for learner, write in writes
        for aim in write.aims.new
    ]
    await insert_rows("learning_aim", _INSERTED_AIM_COLUMNS, new)


def _aim_row(aim: AimEntry) -> dict[str, Any]:
    return {name: getattr(aim, name) for name in AIM_FIELDS}
