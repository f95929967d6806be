"""Lists of trackers: the hot read. One statement answers a page with all the rows that its trackers point to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from tortoise import Model

from models import Employer, Learner, Member, Programme, Tracker
from models.rows import columns
from services.kernel.sql import StatementBuilder
from services.paging.keyset import Order, Window
from services.paging.pages import Page, PageRequest, fetch_page, fetch_pages
from services.tracker_types.catalogue import type_columns, type_source
from services.trackers.listing.filters import ALL, TrackerFilter
from services.trackers.listing.orders import OrderTerm, order_of
from services.trackers.listing.plan import Finding, find
from services.viewer import Viewer
from services.visibility import visible

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
class TrackerQuery:
    """Which trackers in which order, with which of the rows that they point to, and whether to count them all."""

    filter_by: TrackerFilter = ALL
    order_by: tuple[OrderTerm, ...] = ()
    companions: frozenset[str] = frozenset()
    count: bool = False


async def page_of_trackers(viewer: Viewer, request: PageRequest, query: TrackerQuery) -> Page:
    """A page of the organisation's trackers, as far as the viewer sees them."""
    return await fetch_page(request, _listing(viewer, query), count=query.count)


async def pages_by_learner(
    viewer: Viewer, request: PageRequest, learner_ids: Sequence[UUID], query: TrackerQuery
) -> dict[UUID, Page]:
    """The same page of each learner's trackers."""
    return await fetch_pages(request, _listing(viewer, query, below_learner=True), learner_ids, count=query.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TrackerListing:
    """Trackers that are found in the listing of them, and seen only where the rights say so too."""

    order: Order
    statement: StatementBuilder
    finding: Finding
    select: str
    source: str
    seen: str

    def rows(self, window: Window) -> str:
        """A stretch of the list.

        Each of its trackers is looked up by id, by OFFSET 0 whatever the planner believes: of an organisation that no
        statistics know yet it would take every tracker, and find the page again for each.
        """
        keys = ", ".join(f'found."key{n}"' for n in range(len(self.order.keys)))
        return (
            f"SELECT {self.select}, {keys} FROM ({self.finding.rows(window)}) found "
            f"CROSS JOIN LATERAL (SELECT * FROM tracker WHERE id = found.tracker_id OFFSET 0) t "
            f"{self.source} WHERE {self.seen}"
        )

    def exists(self, window: Window) -> str:
        """Whether there is anything in a stretch; not EXISTS, which forgets the order and with it the right index."""
        return f"(SELECT true FROM ({self.finding.rows(window)}) one) IS TRUE"

    def count(self) -> str:
        """How many there are."""
        return self.finding.count()


def _listing(viewer: Viewer, query: TrackerQuery, *, below_learner: bool = False) -> _TrackerListing:
    statement, order = StatementBuilder(), order_of(query.order_by)
    select, source = [columns(Tracker, "t")], []
    for alias, (model, join) in PEOPLE.items():
        if alias in query.companions:
            select.append(columns(model, alias))
            source.append(join)
    if "groups" in query.companions:
        select.append(_GROUPS)
    if "type" in query.companions:
        select.append(type_columns())
        source.append(f"JOIN {type_source(viewer, statement)} ON type.id = t.type_id")
    return _TrackerListing(
        order=order,
        statement=statement,
        finding=find(viewer, query.filter_by, query.order_by, statement, below_learner=below_learner),
        select=", ".join(select),
        source=" ".join(source),
        seen=visible(Tracker, "t", viewer, statement),
    )
