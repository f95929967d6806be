"""Finds what the references of an entry name: one statement for each target, however many there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from models import Employer, Member, Programme
from models.database import fetch
from services.forms.definitions import ReferenceTarget


@dataclass(frozen=True, slots=True)
class Found:
    """Something that may be referred to. Only employers can be unconfirmed."""

    confirmed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploads:
    """Whose uploads an entry may attach, for which type; and the tracker, if there is one, whose files it may keep."""

    uploader_id: UUID
    type_key: str
    tracker_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that an entry may name at the field that it was uploaded for."""

    field_key: str
    name: str
    media_type: str
    bytes: int


_UPLOADS = """
SELECT id, field_key, name, media_type, bytes FROM stored_file
WHERE id = ANY($1) AND organisation_id = $2 AND type_key = $3
    AND (tracker_id = $5 OR (tracker_id IS NULL AND uploader_id = $4 AND complete))
"""


class Lookup:
    """The organisation's members, employers and programmes, and the viewer's uploads, among the ids of an entry."""

    def __init__(
        self,
        organisation_id: UUID,
        wanted: Mapping[ReferenceTarget, Collection[UUID]],
        *,
        uploads: Uploads | None = None,
        files: Collection[UUID] = (),
    ) -> None:
        self._organisation_id = organisation_id
        self._wanted = wanted
        self._uploads = uploads
        self._files = files
        self._found: dict[ReferenceTarget, Mapping[UUID, Found]] = {}
        self._found_files: Mapping[UUID, Upload] | None = None

    async def find(self, target: ReferenceTarget, id: UUID) -> Found | None:  # noqa: A002 - what it is
        """What the id names, if it is the organisation's; of members only active ones."""
        if target not in self._found:
            self._found[target] = await self._load(target, list(self._wanted.get(target, ())))
        return self._found[target].get(id)

    async def upload(self, id: UUID) -> Upload | None:  # noqa: A002 - what it is
        """The file of an id, if the entry may attach it or its tracker has it already."""
        if self._found_files is None:
            self._found_files = await self._load_files()
        return self._found_files.get(id)

    async def _load_files(self) -> Mapping[UUID, Upload]:
        if self._uploads is None or not self._files:
            return {}
        of = self._uploads
        records = await fetch(
            _UPLOADS, list(self._files), self._organisation_id, of.type_key, of.uploader_id, of.tracker_id
        )
        return {
            record["id"]: Upload(record["field_key"], record["name"], record["media_type"], record["bytes"])
            for record in records
        }

    async def _load(self, target: ReferenceTarget, ids: list[UUID]) -> Mapping[UUID, Found]:
        if target is ReferenceTarget.EMPLOYER:
            employers = Employer.filter(organisation_id=self._organisation_id, id__in=ids)
            return {row: Found(confirmed) for row, confirmed in await employers.values_list("id", "confirmed")}
        if target is ReferenceTarget.MEMBER:
            members = Member.filter(organisation_id=self._organisation_id, id__in=ids, active=True)
            return {row: Found() for (row,) in await members.values_list("id")}
        programmes = Programme.filter(organisation_id=self._organisation_id, id__in=ids)
        return {row: Found() for (row,) in await programmes.values_list("id")}
