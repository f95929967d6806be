"""The facts that a demo tracker's values, events and snapshot are made from."""

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
    """The rows of one organisation that its trackers may refer to."""

    members: Sequence[Member]
    records: Sequence[LearnerRecord]
    employers: Sequence[Employer]
    programmes: Sequence[Programme]
    towns: Sequence[Sequence[str]]
    people: PersonGenerator

    @property
    def administrators(self) -> list[Member]:
        """Return the members whom trackers can be assigned to."""
        return [member for member in self.members if member.kind == MemberKind.ADMINISTRATOR]

    def holders(self, *roles: Role) -> list[Member]:
        """Return the members who hold all these roles."""
        return [member for member in self.members if set(roles) <= set(member.roles)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The facts about one tracker: its type, its end state, its learner, and the day on which it was opened."""

    type_key: str
    definition: TypeDefinition
    automation: bool
    end_state: EndState
    record: LearnerRecord
    opened: dt.date
    today: dt.date
    organisation: OrganisationData

    @property
    def random(self) -> Random:
        """Return the seeded generator of random numbers."""
        return self.organisation.people.random

    @property
    def learner(self) -> Learner:
        """Return the learner whom the tracker is about."""
        return self.record.learner

    @property
    def applied(self) -> bool:
        """Return whether the learner's record already has the values of the tracker."""
        return self.end_state is EndState.RESOLVED

    def day(self, least: int, most: int) -> dt.date:
        """Return a random day, ``least`` to ``most`` days after the tracker was opened."""
        return self.opened + dt.timedelta(days=self.random.randint(least, most))

    def effective_date(self) -> dt.date:
        """Return the day on which a change takes effect; in the future if the tracker is open."""
        if self.end_state in (EndState.NEW, EndState.APPROVED):
            return self.today + dt.timedelta(days=self.random.randint(3, 30))
        return self.day(12, 14) if self.end_state is EndState.FAILED else self.day(3, 9)

    def employer(self, *, other_than: UUID | None = None) -> Employer:
        """Return a random confirmed employer."""
        return self.random.choice(
            [row for row in self.organisation.employers if row.confirmed and row.id != other_than]
        )

    def programme(self, *, other_than: UUID | None) -> Programme:
        """Return a random programme that the learner is not on."""
        return self.random.choice([row for row in self.organisation.programmes if row.id != other_than])


def canonical(values: Mapping[str, Any]) -> dict[str, CanonicalValue]:
    """Return values as trackers store them: dates, numbers and ids as text; keys without a value are left out."""
    return {key: _canonical(value) for key, value in values.items() if value is not None}


def _canonical(value: Any) -> CanonicalValue:
    if isinstance(value, Decimal):
        return plain_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    stored: CanonicalValue = str(value) if isinstance(value, UUID) else value
    return stored
