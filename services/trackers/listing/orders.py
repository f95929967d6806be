"""Sort orders of tracker lists. Ties are broken by number, in the direction of the last term."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from models import TrackerCategory, TrackerStatus
from services.kernel.errors import BadRequestError
from services.paging.keyset import Key, Order
from services.tracker_types.transitions import OPEN_STATUSES

MISSING_ID = UUID(int=0)
"""The id that the listing stores for a missing assignee, creator, tutor, employer or programme."""

STATUS_ORDER = (*OPEN_STATUSES, TrackerStatus.RESOLVED, TrackerStatus.REJECTED, TrackerStatus.CLOSED)
CATEGORY_ORDER = (
    TrackerCategory.EMPLOYABILITY,
    TrackerCategory.FUNDED,
    TrackerCategory.CUSTOM,
    TrackerCategory.PROCESS_AUTOMATION,
)
"""The listing and the view ``tracker_listed`` store statuses and categories as 1-based positions in these tuples."""

NUMBER = "l.number"
NEWEST_FIRST = Order("trackers", (Key(NUMBER, int, descending=True),))
"""The default order. Numbers increase with the time of creation."""


class TrackerOrderField(StrEnum):
    """The fields by which trackers can be ordered."""

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
    """A field of an order, with its direction."""

    field: TrackerOrderField
    descending: bool = False


@dataclass(frozen=True, slots=True)
class NamedRelation:
    """A relation of trackers, such as the assignee, whose ``name`` they can be ordered by.

    ``rows`` is a SELECT of ``id`` and ``name``, and ``column`` is the foreign key in the listing.
    """

    alias: str
    rows: str
    column: str


_MEMBERS = f"SELECT id, name FROM member WHERE organisation_id = {{}} UNION ALL SELECT '{MISSING_ID}', NULL"
_TYPES = "SELECT id, name FROM tracker_type WHERE organisation_id = {} OR organisation_id IS NULL"

NAMED_RELATIONS: Mapping[TrackerOrderField, NamedRelation] = MappingProxyType(
    {
        TrackerOrderField.TYPE: NamedRelation("type", _TYPES, "l.type_id"),
        TrackerOrderField.ASSIGNEE: NamedRelation("assignee", _MEMBERS, "l.assignee_id"),
        TrackerOrderField.CREATED_BY: NamedRelation("creator", _MEMBERS, "l.created_by_id"),
    }
)
"""These names are not stored in the listing but joined at query time, so that renaming does not update trackers."""


def make_order(terms: Sequence[OrderTerm]) -> Order:
    """Return the order by these terms, or newest first if there are none. Raises BadRequestError for a repeated field."""
    if not terms:
        return NEWEST_FIRST
    keys: list[Key] = []
    for index, term in enumerate(terms):
        if any(term.field == other.field for other in terms[:index]):
            raise BadRequestError("The list is already ordered by this field.", "order_by", str(index), "field")
        keys += _keys(term)
    if NUMBER not in [key.sql for key in keys]:
        keys.append(Key(NUMBER, int, terms[-1].descending))
    length = [key.sql for key in keys].index(NUMBER) + 1  # numbers are unique, so later keys would have no effect
    name = " ".join(["trackers", *(f"{term.field} {'DESC' if term.descending else 'ASC'}" for term in terms)])
    return Order(name, tuple(keys[:length]))


def _keys(term: OrderTerm) -> list[Key]:
    """Return the sort keys of a term. They are never null, and missing values come last in both directions."""
    descending = term.descending
    if term.field in NAMED_RELATIONS:
        alias = NAMED_RELATIONS[term.field].alias
        missing = f"({alias}.name IS {'NOT ' if descending else ''}NULL)::int"
        folded, name = (f"coalesce({sql}, '') COLLATE \"C\"" for sql in (f"fold({alias}.name)", f"{alias}.name"))
        return [
            Key(missing, int, descending),
            Key(folded, str, descending),
            Key(name, str, descending),
            Key(f"{alias}.id", UUID, descending),
        ]
    match term.field:
        case TrackerOrderField.UPDATED_AT:
            return [Key("l.updated_at", dt.datetime, descending)]
        case TrackerOrderField.DUE_DATE:
            return [Key(f"coalesce(l.due_date, '{'-' if descending else ''}infinity')", dt.date, descending)]
        case TrackerOrderField.STATUS:
            return [Key("l.status", int, descending)]
        case TrackerOrderField.LEARNER:
            return [Key("l.learner_name", str, descending)]
    return [Key(NUMBER, int, descending)]
