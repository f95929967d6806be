"""The orders of trackers. Ties are broken by number, in the direction of the last term."""

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
"""The id in the listing of a tracker without assignee, creator, tutor, employer or programme."""

STATUS_ORDER = (*OPEN_STATUSES, TrackerStatus.RESOLVED, TrackerStatus.REJECTED, TrackerStatus.CLOSED)
CATEGORY_ORDER = (
    TrackerCategory.EMPLOYABILITY,
    TrackerCategory.FUNDED,
    TrackerCategory.CUSTOM,
    TrackerCategory.PROCESS_AUTOMATION,
)
"""The listing stores a status and a category as its position in these, from 1; so does the view ``tracker_listed``."""

NUMBER = "l.number"
NEWEST_FIRST = Order("trackers", (Key(NUMBER, int, descending=True),))
"""By number alone: a later tracker has a higher number."""


class TrackerOrderField(StrEnum):
    """What trackers can be ordered by."""

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
    """One field of an order, and its direction."""

    field: TrackerOrderField
    descending: bool = False


@dataclass(frozen=True, slots=True)
class NamedRelation:
    """A relation by whose name trackers are ordered: its alias, a SELECT of ``id`` and ``name``, the listing's column."""

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
"""Their names are joined when a list is read, so that a new name changes no tracker."""


def order_of(terms: Sequence[OrderTerm]) -> Order:
    """Return the order by some terms, newest first if there are none. Raises BadRequestError for a repeated field."""
    if not terms:
        return NEWEST_FIRST
    keys: list[Key] = []
    for index, term in enumerate(terms):
        if any(term.field == other.field for other in terms[:index]):
            raise BadRequestError(f"{term.field} is given twice.", "order_by", str(index), "field")
        keys += _keys(term)
    if NUMBER not in [key.sql for key in keys]:
        keys.append(Key(NUMBER, int, terms[-1].descending))
    ending = [key.sql for key in keys].index(NUMBER) + 1  # numbers are unique: later keys would have no effect
    name = " ".join(["trackers", *(f"{term.field} {'DESC' if term.descending else 'ASC'}" for term in terms)])
    return Order(name, tuple(keys[:ending]))


def _keys(term: OrderTerm) -> list[Key]:
    """Return the keys of a term. None of them is ever null: what is missing is last in both directions."""
    down = term.descending
    if term.field in NAMED_RELATIONS:
        alias = NAMED_RELATIONS[term.field].alias
        missing = f"({alias}.name IS {'NOT ' if down else ''}NULL)::int"
        folded, name = (f"coalesce({sql}, '') COLLATE \"C\"" for sql in (f"fold({alias}.name)", f"{alias}.name"))
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
