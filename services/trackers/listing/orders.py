"""Sort orders of tracker lists. Ties are broken by number, in the direction of the last term."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from models import TrackerStatus
from services.kernel.errors import BadRequestError
from services.paging.keyset import Key, Order
from services.tracker_types.transitions import OPEN_STATUSES

MISSING_ID = UUID(int=0)
"""The id that orders use for a missing assignee or creator."""

STATUS_ORDER = (*OPEN_STATUSES, TrackerStatus.RESOLVED, TrackerStatus.REJECTED, TrackerStatus.CLOSED)

NUMBER = "t.number"
LATEST_DUE = "CASE WHEN t.due_order = 'infinity' THEN '-infinity' ELSE t.due_order END"
"""The due date, or before all others if there is none: where the latest come first, those without one come last."""
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
class Relation:
    """Rows that trackers are ordered by, such as the assignees or the statuses, each with its trackers by number.

    ``rows`` is a SELECT of the rows, with a column ``id``, for an organisation; ``column`` of a tracker has that id.
    ``trackers`` are the conditions of a row's trackers, each served by an index that has them in order of number.
    """

    alias: str
    rows: str
    column: str
    trackers: tuple[str, ...]
    are_many: bool = False

    @property
    def join(self) -> str:
        """Return the JOIN of each tracker's row, for an organisation."""
        return (
            self.look_up(self.column)
            if self.are_many
            else f"JOIN ({self.rows}) {self.alias} ON {self.alias}.id = {self.column}"
        )

    def look_up(self, row_id: str) -> str:
        """Return the JOIN of the row with an id, which is looked up, because the planner could read all rows instead."""
        return f"CROSS JOIN LATERAL ({self.rows} AND id = {row_id} OFFSET 0) {self.alias}"


_STATUSES = ", ".join(f"('{status}', {position})" for position, status in enumerate(STATUS_ORDER, 1))
_MEMBERS = (
    f"SELECT id, name, folded_name FROM member WHERE organisation_id = {{}} UNION ALL SELECT '{MISSING_ID}', NULL, NULL"
)
_TYPES = "SELECT id, name, folded_name FROM tracker_type WHERE organisation_id = {} OR organisation_id IS NULL"


def _members(alias: str, column: str) -> Relation:
    is_missing = f"named.id = '{MISSING_ID}' AND t.organisation_id = {{}} AND t.{column} IS NULL"
    return Relation(alias, _MEMBERS, f"coalesce(t.{column}, '{MISSING_ID}')", (f"t.{column} = named.id", is_missing))


RELATIONS: Mapping[TrackerOrderField, Relation] = MappingProxyType(
    {
        TrackerOrderField.STATUS: Relation(
            "status",
            f"SELECT id, position FROM (VALUES {_STATUSES}) AS status (id, position)",
            "t.status",
            ("t.organisation_id = {} AND t.status = named.id",),
        ),
        TrackerOrderField.TYPE: Relation(
            "type", _TYPES, "t.type_id", ("t.organisation_id = {} AND t.type_id = named.id",)
        ),
        TrackerOrderField.ASSIGNEE: _members("assignee", "assignee_id"),
        TrackerOrderField.CREATED_BY: _members("creator", "created_by_id"),
        # Several learners can have the same name, and their trackers are then in the order of their numbers.
        TrackerOrderField.LEARNER: Relation(
            "learner",
            "SELECT id, name_order FROM learner WHERE organisation_id = {}",
            "t.learner_id",
            (
                "t.learner_id = ANY(ARRAY("
                'SELECT id FROM learner WHERE organisation_id = {} AND name_order = named."key0" COLLATE "C"))',
            ),
            are_many=True,
        ),
    }
)
"""Names of members and types are not stored in trackers, so that renaming does not update trackers."""


_COLUMNS: Mapping[TrackerOrderField, str] = MappingProxyType(
    {
        TrackerOrderField.UPDATED_AT: "updated_at",
        TrackerOrderField.DUE_DATE: "due_order",
        TrackerOrderField.STATUS: "status",
        TrackerOrderField.TYPE: "type_id",
        TrackerOrderField.LEARNER: "learner_id",
        TrackerOrderField.ASSIGNEE: "assignee_id",
        TrackerOrderField.CREATED_BY: "created_by_id",
    }
)
"""The columns of a tracker that lists are ordered by, apart from the number."""


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


def sorted_columns(terms: Sequence[OrderTerm]) -> str:
    """Return the SELECT list of what trackers are sorted by: no more, so that an index may have all that is read."""
    columns = {f"t.{_COLUMNS[term.field]}": None for term in terms if term.field in _COLUMNS}
    return ", ".join([NUMBER, *columns])


def _keys(term: OrderTerm) -> list[Key]:
    """Return the sort keys of a term. They are never null, and missing values come last in both directions."""
    descending = term.descending
    match term.field:
        case TrackerOrderField.UPDATED_AT:
            return [Key("t.updated_at", dt.datetime, descending)]
        case TrackerOrderField.DUE_DATE:
            return [Key(LATEST_DUE if descending else "t.due_order", dt.date, descending)]
        case TrackerOrderField.STATUS:
            return [Key("status.position", int, descending)]
        case TrackerOrderField.LEARNER:
            return [Key("learner.name_order", str, descending)]
        case TrackerOrderField.TYPE | TrackerOrderField.ASSIGNEE | TrackerOrderField.CREATED_BY:
            alias = RELATIONS[term.field].alias
            missing = f"({alias}.name IS {'NOT ' if descending else ''}NULL)::int"
            folded, name = (f"coalesce({alias}.{column}, '') COLLATE \"C\"" for column in ("folded_name", "name"))
            return [
                Key(missing, int, descending),
                Key(folded, str, descending),
                Key(name, str, descending),
                Key(f"{alias}.id", UUID, descending),
            ]
    return [Key(NUMBER, int, descending)]
