"""Batched lookup of the objects and files that an entry refers to, with one query per target."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from models import Employer, Member, Programme
from services.forms.definitions import ReferenceTarget
from services.kernel.file_names import name_as
from services.kernel.merged_ids import surviving_ids
from services.kernel.sql import NamedParameterStatement


@dataclass(frozen=True, slots=True)
class ReferencedRow:
    """A member, employer or programme that a reference field may refer to. Only employers can be unconfirmed."""

    id: UUID
    confirmed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadScope:
    """The files that an entry may refer to: the uploader's unattached uploads for a type, and the files of a tracker."""

    uploader_id: UUID
    type_key: str
    tracker_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that an entry may refer to, with the key of the field for which it was uploaded."""

    field_key: str
    name: str
    media_type: str
    bytes: int


_UPLOADS = NamedParameterStatement("""
SELECT id, field_key, name, media_type, bytes FROM stored_file
WHERE id = ANY(:ids) AND organisation_id = :organisation_id AND type_key = :type_key
    AND (tracker_id = :tracker_id OR (tracker_id IS NULL AND uploader_id = :uploader_id AND complete))
""")


class Lookup:
    """Lazy lookup of an organisation's members, employers, programmes and uploads by the ids in an entry."""

    def __init__(
        self,
        organisation_id: UUID,
        references: Mapping[ReferenceTarget, Collection[UUID]],
        *,
        uploads: UploadScope | None = None,
        file_ids: Collection[UUID] = (),
    ) -> None:
        self._organisation_id = organisation_id
        self._references = references
        self._upload_scope = uploads
        self._file_ids = file_ids
        self._rows: dict[ReferenceTarget, Mapping[UUID, ReferencedRow]] = {}
        self._uploads: Mapping[UUID, Upload] | None = None

    async def find(self, target: ReferenceTarget, id: UUID) -> ReferencedRow | None:  # noqa: A002 - an id
        """Return the organisation's object with this id, or None if there is none or it is an inactive member.

        The id of an object that was merged into another finds the one that remains.
        """
        if target not in self._rows:
            self._rows[target] = await self._load_rows(target, list(self._references.get(target, ())))
        return self._rows[target].get(id)

    async def upload(self, id: UUID) -> Upload | None:  # noqa: A002 - an id
        """Return the file with this id, or None if the entry may not refer to it."""
        if self._uploads is None:
            self._uploads = await self._load_uploads()
        return self._uploads.get(id)

    async def _load_uploads(self) -> Mapping[UUID, Upload]:
        scope = self._upload_scope
        if scope is None or not self._file_ids:
            return {}
        records = await _UPLOADS.fetch(
            ids=list(self._file_ids),
            organisation_id=self._organisation_id,
            type_key=scope.type_key,
            tracker_id=scope.tracker_id,
            uploader_id=scope.uploader_id,
        )
        return {
            record["id"]: Upload(
                field_key=record["field_key"],
                name=name_as(record["name"], record["media_type"]),
                media_type=record["media_type"],
                bytes=record["bytes"],
            )
            for record in records
        }

    async def _load_rows(self, target: ReferenceTarget, ids: list[UUID]) -> Mapping[UUID, ReferencedRow]:
        if target is ReferenceTarget.MEMBER:
            return await self._load_current_rows(target, ids)
        surviving = await surviving_ids(self._organisation_id, ids)
        rows = await self._load_current_rows(target, list(surviving.values()))
        return {row_id: rows[new_id] for row_id, new_id in surviving.items() if new_id in rows}

    async def _load_current_rows(self, target: ReferenceTarget, ids: list[UUID]) -> Mapping[UUID, ReferencedRow]:
        if target is ReferenceTarget.EMPLOYER:
            employers = Employer.filter(organisation_id=self._organisation_id, id__in=ids)
            confirmed_by_id = await employers.values_list("id", "confirmed")
            return {row_id: ReferencedRow(row_id, confirmed) for row_id, confirmed in confirmed_by_id}
        if target is ReferenceTarget.MEMBER:
            members = Member.filter(organisation_id=self._organisation_id, id__in=ids, active=True)
            return {row_id: ReferencedRow(row_id) for (row_id,) in await members.values_list("id")}
        programmes = Programme.filter(organisation_id=self._organisation_id, id__in=ids)
        return {row_id: ReferencedRow(row_id) for (row_id,) in await programmes.values_list("id")}
