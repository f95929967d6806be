"""Lists of trackers: the hot read. One statement answers a page with all the rows that its trackers point to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from tortoise import Model

from models import Employer, Learner, Member, Programme, Tracker, TrackerCategory, TrackerStatus
from models.rows import columns
from services.pages import Key, Listing, Order, Page, PageRequest, fetch_page, fetch_pages
from services.statements import Statement
from services.tracker_types import may_be_key, type_columns, type_source
from services.viewer import Viewer
from services.visibility import visible

NEWEST_FIRST = Order("trackers", (Key("t.created_at", datetime, descending=True), Key("t.id", UUID, descending=True)))

PEOPLE: Mapping[str, tuple[type[Model], str]] = MappingProxyType(
    {
        "assignee": (Member, "LEFT JOIN member assignee ON assignee.id = t.assignee_id"),
        "creator": (Member, "LEFT JOIN member creator ON creator.id = t.created_by_id"),
        "learner": (Learner, "JOIN learner ON learner.id = t.learner_id"),
        "programme": (Programme, "LEFT JOIN programme ON programme.id = learner.programme_id"),
        "employer": (Employer, "LEFT JOIN employer ON employer.id = learner.employer_id"),
        "tutor": (Member, "LEFT JOIN member tutor ON tutor.id = learner.tutor_id"),
    }
)
"""The rows that can come along with a tracker, by alias; those after ``learner`` need it."""

_GROUPS = (
    "ARRAY(SELECT g.name FROM learner_in_group i JOIN learner_group g ON g.id = i.group_id "
    'WHERE i.learner_id = learner.id ORDER BY g.name) AS "groups"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerFilter:
    """Which trackers: fields are and-ed, entries of a list or-ed; None restricts nothing, an empty list of ids all."""

    type: Collection[str] | None = None
    category: Collection[TrackerCategory] | None = None
    status: Collection[TrackerStatus] | None = None
    assignee: Collection[UUID] | None = None
    unassigned: bool | None = None
    learner: Collection[UUID] | None = None
    created_by: Collection[UUID] | None = None


async def page_of_trackers(
    viewer: Viewer, request: PageRequest, *, filter_by: TrackerFilter, companions: Collection[str], count: bool
) -> Page:
    """A page of the organisation's trackers, newest first, as far as the viewer sees them."""
    return await fetch_page(request, _listing(viewer, filter_by, companions), count=count)


async def pages_by_learner(
    viewer: Viewer,
    request: PageRequest,
    learner_ids: Sequence[UUID],
    *,
    filter_by: TrackerFilter,
    companions: Collection[str],
    count: bool,
) -> dict[UUID, Page]:
    """The same page of each learner's trackers."""
    listing = _listing(viewer, filter_by, companions, "t.learner_id = parent.id")
    return await fetch_pages(request, listing, learner_ids, count=count)


def _listing(viewer: Viewer, filter_by: TrackerFilter, companions: Collection[str], *conditions: str) -> Listing:
    statement = Statement()
    select, source = [columns(Tracker, "t")], ["tracker t"]
    for alias, (model, join) in PEOPLE.items():
        if alias in companions:
            select.append(columns(model, alias))
            source.append(join)
    if "groups" in companions:
        select.append(_GROUPS)
    if "type" in companions:
        select.append(type_columns())
        source.append(f"JOIN {type_source(viewer, statement)} ON type.id = t.type_id")
    where = [visible(Tracker, "t", viewer, statement), *conditions, *_conditions(filter_by, statement)]
    return Listing(
        order=NEWEST_FIRST,
        select=", ".join(select),
        source=" ".join(source),
        where=" AND ".join(where),
        statement=statement,
    )


def _conditions(filter_by: TrackerFilter, statement: Statement) -> list[str]:
    def among(column: str, values: Collection[object] | None) -> list[str]:
        return [] if values is None else [f"{column} = ANY({statement.bind(list(values))})"]

    keys = None if filter_by.type is None else [key for key in filter_by.type if may_be_key(key)]
    of_type = "t.type_id IN (SELECT id FROM tracker_type tt WHERE {})"
    return [
        *(of_type.format(condition) for condition in among("tt.key", keys)),
        *(of_type.format(condition) for condition in among("tt.category", filter_by.category)),
        *among("t.status", filter_by.status),
        *among("t.learner_id", filter_by.learner),
        *among("t.created_by_id", filter_by.created_by),
        *_assigned(filter_by, statement),
    ]


def _assigned(filter_by: TrackerFilter, statement: Statement) -> list[str]:
    """``assignee`` and ``unassigned`` together mean either; ``unassigned`` false alone means those with an assignee."""
    if filter_by.assignee is not None:
        mine = f"t.assignee_id = ANY({statement.bind(list(filter_by.assignee))})"
        return [f"({mine} OR t.assignee_id IS NULL)" if filter_by.unassigned else mine]
    if filter_by.unassigned is not None:
        return [f"t.assignee_id IS {'' if filter_by.unassigned else 'NOT '}NULL"]
    return []
