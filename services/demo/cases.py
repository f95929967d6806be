"""The data from which the values, events and snapshot of a demo tracker are generated."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from models import Employer, Learner, Member, MemberKind, Programme, Role
from services.demo.end_states import EndState
from services.demo.learners import LearnerRecord
from services.demo.people import PersonGenerator
from services.forms.definitions import TypeDefinition
from services.forms.kinds.numbers import plain_text
from services.forms.kinds.types import CanonicalValue


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationData:
    """The rows of an organisation that its trackers can refer to, and the generator of people."""

    members: Sequence[Member]
    records: Sequence[LearnerRecord]
    employers: Sequence[Employer]
    programmes: Sequence[Programme]
    towns: Sequence[Sequence[str]]
    people: PersonGenerator

    @property
    def administrators(self) -> list[Member]:
        """Return the administrators, to whom trackers can be assigned."""
        return [member for member in self.members if member.kind == MemberKind.ADMINISTRATOR]

    def members_with_roles(self, *roles: Role) -> list[Member]:
        """Return the members who have all these roles."""
        return [member for member in self.members if set(roles) <= set(member.roles)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A tracker to generate: its type, end state, learner, and the date on which it was opened."""

    type_key: str
    definition: TypeDefinition
    is_automation: bool
    end_state: EndState
    record: LearnerRecord
    opened: dt.date
    today: dt.date
    organisation: OrganisationData

    @property
    def random(self) -> Random:
        """Return the seeded random number generator."""
        return self.organisation.people.random

    @property
    def learner(self) -> Learner:
        """Return the learner whom the tracker is about."""
        return self.record.learner

    @property
    def is_applied(self) -> bool:
        """Return whether the tracker's changes have been applied to the learner's record."""
        return self.end_state is EndState.RESOLVED

    def random_date(self, minimum: int, maximum: int) -> dt.date:
        """Return a random date from ``minimum`` to ``maximum`` days after the tracker was opened."""
        return self.opened + dt.timedelta(days=self.random.randint(minimum, maximum))

    def effective_date(self) -> dt.date:
        """Return a random date on which the change takes effect, which is in the future if the tracker is open."""
        if self.end_state in (EndState.NEW, EndState.APPROVED):
            return self.today + dt.timedelta(days=self.random.randint(3, 30))
        return self.random_date(12, 14) if self.end_state is EndState.FAILED else self.random_date(3, 9)

    def random_employer(self, *, other_than: UUID | None = None) -> Employer:
        """Return a random confirmed employer, except the one with the id ``other_than``."""
        return self.random.choice(
            [row for row in self.organisation.employers if row.confirmed and row.id != other_than]
        )

    def random_programme(self, *, other_than: UUID | None) -> Programme:
        """Return a random programme, except the one with the id ``other_than``."""
        return self.random.choice([row for row in self.organisation.programmes if row.id != other_than])


def to_canonical_values(values: Mapping[str, Any]) -> dict[str, CanonicalValue]:
    """Convert values to the form in which trackers store them: dates, decimals and ids as text, None omitted."""
    return {key: _to_canonical_value(value) for key, value in values.items() if value is not None}


def _to_canonical_value(value: Any) -> CanonicalValue:
    if isinstance(value, Decimal):
        return plain_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    stored: CanonicalValue = str(value) if isinstance(value, UUID) else value
    return stored
