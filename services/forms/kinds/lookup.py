"""The objects and files that an entry may refer to, as ``forms.references`` has looked them up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from services.forms.definitions import ReferenceTarget


class ReferencedRow(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Lookup:
    """The members, employers, programmes and files that an entry may refer to, by the ids in it.

    The id of an object that was merged into another finds the one that remains. Members are active ones.
    """

    rows: Mapping[tuple[ReferenceTarget, UUID], ReferencedRow] = field(default_factory=dict)
    uploads: Mapping[UUID, Upload] = field(default_factory=dict)

    def find(self, target: ReferenceTarget, id: UUID) -> ReferencedRow | None:  # noqa: A002 - an id
        """Return the organisation's object with this id, or None if there is none or it is an inactive member."""
        return self.rows.get((target, id))

    def upload(self, id: UUID) -> Upload | None:  # noqa: A002 - an id
        """Return the file with this id, or None if the entry may not refer to it."""
        return self.uploads.get(id)
