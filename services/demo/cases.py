"""What is known of a tracker of the demo data when its form is filled in."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from models import Employer, Learner, Member, MemberKind, Programme, Role
from services.demo.endings import Ending
from services.demo.learners import Person
from services.demo.people import People
from services.forms.definitions import TypeDefinition
from services.forms.kinds import CanonicalValue
from services.forms.kinds.numbers import plain_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody and everything of one organisation that a tracker may name."""

    members: Sequence[Member]
    persons: Sequence[Person]
    employers: Sequence[Employer]
    programmes: Sequence[Programme]
    towns: Sequence[Sequence[str]]
    people: People

    @property
    def administrators(self) -> list[Member]:
        """Those to whom trackers can be given."""
        return [member for member in self.members if member.kind == MemberKind.ADMINISTRATOR]

    def holders(self, *roles: Role) -> list[Member]:
        """The members who hold all these roles."""
        return [member for member in self.members if set(roles) <= set(member.roles)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One tracker to be: of which type, how it ends, about whom and opened when."""

    type_key: str
    definition: TypeDefinition
    automation: bool
    ending: Ending
    person: Person
    opened: dt.date
    today: dt.date
    cast: Cast

    @property
    def draw(self) -> Random:
        """Where chance comes from."""
        return self.cast.people.draw

    @property
    def learner(self) -> Learner:
        """Whom the tracker is about."""
        return self.person.learner

    @property
    def applied(self) -> bool:
        """Whether the learner's record already says what the form says."""
        return self.ending is Ending.RESOLVED

    def day(self, least: int, most: int) -> dt.date:
        """A day so many days after the one on which the tracker was opened."""
        return self.opened + dt.timedelta(days=self.draw.randint(least, most))

    def effective(self) -> dt.date:
        """When a change is to be made: still to come for what is open."""
        if self.ending in (Ending.NEW, Ending.APPROVED):
            return self.today + dt.timedelta(days=self.draw.randint(3, 30))
        return self.day(12, 14) if self.ending is Ending.FAILED else self.day(3, 9)

    def employer(self, *, other_than: UUID | None = None) -> Employer:
        """A confirmed employer."""
        return self.draw.choice([one for one in self.cast.employers if one.confirmed and one.id != other_than])

    def programme(self, *, other_than: UUID | None) -> Programme:
        """A programme that the learner is not on."""
        return self.draw.choice([one for one in self.cast.programmes if one.id != other_than])


def canonical(values: Mapping[str, Any]) -> dict[str, CanonicalValue]:
    """The values as trackers keep them: days, numbers and ids as text, nothing for what is not filled."""
    return {key: _canonical(value) for key, value in values.items() if value is not None}


def _canonical(value: Any) -> CanonicalValue:
    if isinstance(value, Decimal):
        return plain_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    kept: CanonicalValue = str(value) if isinstance(value, UUID) else value
    return kept
