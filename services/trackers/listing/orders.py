"""Orders of a list of trackers. Ties go by number, which is the order of their ids, in the direction of the last term."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from services.kernel.errors import BadRequestError
from services.paging.keyset import Key, Order

NOBODY = UUID(int=0)
"""Who stands in the listing where there is no assignee, creator or tutor."""

NUMBER = "l.number"
NEWEST_FIRST = Order("trackers", (Key(NUMBER, int, descending=True),))
"""By number alone: it grows with the time of opening, by which ids grow too."""


class TrackerOrderField(StrEnum):
    """By what trackers can be ordered."""

    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    DUE_DATE = "DUE_DATE"
    STATUS = "STATUS"
    TYPE = "TYPE"
    LEARNER = "LEARNER"
    ASSIGNEE = "ASSIGNEE"
    CREATED_BY = "CREATED_BY"
    NUMBER = "NUMBER"


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """One of the things that a list is ordered by."""

    field: TrackerOrderField
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What has a name that trackers are ordered by: rows of ``id`` and ``name``, and the listing's column that points there."""

    alias: str
    rows: str
    column: str


_MEMBERS = f"SELECT id, name FROM member WHERE organisation_id = {{}} UNION ALL SELECT '{NOBODY}', NULL"
_TYPES = "SELECT id, name FROM tracker_type WHERE organisation_id = {} OR organisation_id IS NULL"

NAMED: Mapping[TrackerOrderField, Named] = MappingProxyType(
    {
        TrackerOrderField.TYPE: Named("type", _TYPES, "l.type_id"),
        TrackerOrderField.ASSIGNEE: Named("assignee", _MEMBERS, "l.assignee_id"),
        TrackerOrderField.CREATED_BY: Named("creator", _MEMBERS, "l.created_by_id"),
    }
)
"""Names are looked up when a list is read, so that renaming costs nothing."""


def order_of(terms: Sequence[OrderTerm]) -> Order:
    """The order of some terms, newest first if there are none. Raises BadRequestError for a field given twice."""
    if not terms:
        return NEWEST_FIRST
    keys: list[Key] = []
    for place, term in enumerate(terms):
        if any(term.field == other.field for other in terms[:place]):
            raise BadRequestError(f"{term.field} is given twice.", "orderBy", str(place), "field")
        keys += _keys(term)
    if NUMBER not in [key.sql for key in keys]:
        keys.append(Key(NUMBER, int, terms[-1].descending))
    ending = [key.sql for key in keys].index(NUMBER) + 1  # no two have one number: nothing can follow
    name = " ".join(["trackers", *(f"{term.field} {'DESC' if term.descending else 'ASC'}" for term in terms)])
    return Order(name, tuple(keys[:ending]))


def _keys(term: OrderTerm) -> list[Key]:
    """The keys of a term, none of which is ever null: what is not there is last both ways."""
    down = term.descending
    if term.field in NAMED:
        alias = NAMED[term.field].alias
        missing = f"({alias}.name IS {'NOT ' if down else ''}NULL)::int"
        folded, name = (f"coalesce({one}, '') COLLATE \"C\"" for one in (f"fold({alias}.name)", f"{alias}.name"))
        return [Key(missing, int, down), Key(folded, str, down), Key(name, str, down), Key(f"{alias}.id", UUID, down)]
    match term.field:
        case TrackerOrderField.UPDATED_AT:
            return [Key("l.updated_at", dt.datetime, down)]
        case TrackerOrderField.DUE_DATE:
            return [Key(f"coalesce(l.due_date, '{'-' if down else ''}infinity')", dt.date, down)]
        case TrackerOrderField.STATUS:
            return [Key("l.status", int, down)]
        case TrackerOrderField.LEARNER:
            return [Key("l.learner_name", str, down)]
    return [Key(NUMBER, int, down)]
