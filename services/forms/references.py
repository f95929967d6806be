"""Lookup of the objects and files that an entry refers to, all of them by one statement."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from models.base import load_json
from services.forms.definitions import ReferenceTarget
from services.forms.kinds.lookup import Lookup, ReferencedRow, Upload, UploadScope
from services.forms.kinds.types import Reference, SubmittedValue
from services.kernel.file_names import name_as
from services.kernel.global_ids import parse_uuid
from services.kernel.sql import StatementBuilder

_MAX_LISTED = 4
"""How many ids are bound each by itself, which makes a statement of its own for each number of them."""

_TABLES = {
    ReferenceTarget.MEMBER: "SELECT 'MEMBER' AS target, id, true AS confirmed FROM member "
    "WHERE id = requested.id AND active",
    ReferenceTarget.EMPLOYER: "SELECT 'EMPLOYER' AS target, id, confirmed FROM employer "
    "WHERE id = coalesce(merged.new_id, requested.id)",
    ReferenceTarget.PROGRAMME: "SELECT 'PROGRAMME' AS target, id, true AS confirmed FROM programme "
    "WHERE id = coalesce(merged.new_id, requested.id)",
}
"""The query of each target's rows; only employers can be unconfirmed."""


async def look_up(
    organisation_id: UUID, values: Collection[SubmittedValue], uploads: UploadScope | None = None
) -> Lookup:
    """Look up what the values of an entry refer to. ``uploads`` limits the files; if it is None, it may refer to none.

    Values without references and files need no statement.
    """
    statement = StatementBuilder()
    columns = lookup_columns(statement, organisation_id, values, uploads)
    return lookup_from_record((await statement.fetch(f"SELECT {columns}"))[0] if columns else {})


def lookup_columns(
    statement: StatementBuilder,
    organisation_id: UUID,
    values: Collection[SubmittedValue],
    uploads: UploadScope | None,
) -> str:
    """Return the SELECT list that ``lookup_from_record`` reads; an empty one if the values refer to nothing."""
    columns = []
    references = [value.value for value in values if isinstance(value.value, Reference) and value.value.target]
    file_ids = {id_ for value in values if value.slot == "files" for id_ in _list(value.value)}
    if not references and not (file_ids and uploads):
        return ""
    organisation = statement.bind(organisation_id)
    if references:
        requested = _listed({reference.id for reference in references}, statement)
        targets = [reference.target for reference in references]
        columns.append(f"{_references(organisation, requested, targets)} AS referenced_rows")
    if file_ids and uploads:
        columns.append(f"{_uploads(organisation, statement.bind(list(file_ids)), uploads, statement.bind)} AS uploads")
    return ", ".join(columns)


def lookup_from_record(record: Mapping[str, Any]) -> Lookup:
    """Return the lookup that a record with ``lookup_columns`` holds."""
    rows, uploads = (load_json(record.get(name) or "[]") for name in ("referenced_rows", "uploads"))
    return Lookup(
        {
            (ReferenceTarget(target), parse_uuid(requested)): ReferencedRow(parse_uuid(found), confirmed)
            for requested, target, found, confirmed in rows
        },
        {parse_uuid(id_): _upload(*columns) for id_, *columns in uploads},
    )


def _list(value: object) -> Iterable[UUID]:
    return value if isinstance(value, list) else ()


def _upload(field_key: str, name: str, media_type: str, size: int) -> Upload:
    return Upload(field_key=field_key, name=name_as(name, media_type), media_type=media_type, bytes=size)


def _listed(ids: Collection[UUID], statement: StatementBuilder) -> str:
    """Return the SQL of a table with the column ``id``.

    Of an array parameter PostgreSQL expects ten elements until it knows its value, so it would plan the statement anew for
    each execution.
    """
    if len(ids) <= _MAX_LISTED:
        return f"(VALUES {', '.join(f'({statement.bind(id_)}::uuid)' for id_ in ids)})"
    return f"unnest({statement.bind(list(ids))}::uuid[])"


def _references(organisation: str, requested: str, targets: Collection[ReferenceTarget | None]) -> str:
    """Return the SQL of the rows with the requested ids, in the tables of these targets alone.

    ``OFFSET 0`` has each id looked up by itself. As a join, a table with few rows might be read whole.
    """
    tables = [f"{sql} AND organisation_id = {organisation}" for target, sql in _TABLES.items() if target in targets]
    return f"""(
    SELECT jsonb_agg(jsonb_build_array(requested.id, found.target, found.id, found.confirmed))
    FROM {requested} AS requested (id)
    LEFT JOIN name_merge merged ON merged.old_id = requested.id AND merged.organisation_id = {organisation}
    CROSS JOIN LATERAL ({" UNION ALL ".join(tables)} OFFSET 0) found)"""


def _uploads(organisation: str, ids: str, scope: UploadScope, bind: Callable[[object], str]) -> str:
    return f"""(
    SELECT jsonb_agg(jsonb_build_array(id, field_key, name, media_type, bytes)) FROM stored_file
    WHERE id = ANY({ids}) AND organisation_id = {organisation} AND type_key = {bind(scope.type_key)}
        AND (tracker_id = {bind(scope.tracker_id)}::uuid
            OR (tracker_id IS NULL AND uploader_id = {bind(scope.uploader_id)} AND complete)))"""
