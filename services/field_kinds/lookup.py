"""Finds what the references of an entry name: one statement for each target, however many there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from models import Employer, Member, Programme
from services.definitions import ReferenceTarget


@dataclass(frozen=True, slots=True)
class Found:
    """Something that may be referred to. Only employers can be unconfirmed."""

    confirmed: bool = True


class Lookup:
    """The organisation's members, employers and programmes among the ids that an entry names."""

    def __init__(self, organisation_id: UUID, wanted: Mapping[ReferenceTarget, Collection[UUID]]) -> None:
        self._organisation_id = organisation_id
        self._wanted = wanted
        self._found: dict[ReferenceTarget, Mapping[UUID, Found]] = {}

    async def find(self, target: ReferenceTarget, id: UUID) -> Found | None:  # noqa: A002 - what it is
        """What the id names, if it is the organisation's; of members only active ones."""
        if target not in self._found:
            self._found[target] = await self._load(target, list(self._wanted.get(target, ())))
        return self._found[target].get(id)

    async def _load(self, target: ReferenceTarget, ids: list[UUID]) -> Mapping[UUID, Found]:
        if target is ReferenceTarget.EMPLOYER:
            employers = Employer.filter(organisation_id=self._organisation_id, id__in=ids)
            return {row: Found(confirmed) for row, confirmed in await employers.values_list("id", "confirmed")}
        if target is ReferenceTarget.MEMBER:
            members = Member.filter(organisation_id=self._organisation_id, id__in=ids, active=True)
            return {row: Found() for (row,) in await members.values_list("id")}
        programmes = Programme.filter(organisation_id=self._organisation_id, id__in=ids)
        return {row: Found() for (row,) in await programmes.values_list("id")}
