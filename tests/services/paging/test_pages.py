"""Pages of the lists below parents: how often their counts run, and how many rows they read."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import pytest

from models import Comment, Member, MemberKind, TrackerEvent, TrackerEventKind
from services import history
from services.history import write_system_events
from services.paging.pages import Page, PageRequest
from services.row_selection import all_columns
from services.trackers import comments
from services.viewer import Viewer
from tests.support import factories as make
from tests.support.clients.graphql import viewer
from tests.support.databases.query_plans import plan_nodes, record_fetches, rows_read

ROWS = 150
PAGE = 10

FetchPages = Callable[..., Awaitable[dict[UUID, Page]]]


async def history_pages(
    reader: Viewer, request: PageRequest, parents: Sequence[UUID], *, count: bool
) -> dict[UUID, Page]:
    return await history.pages_by_tracker(reader, request, parents, all_columns(TrackerEvent), count=count)


async def comment_pages(
    reader: Viewer, request: PageRequest, parents: Sequence[UUID], *, count: bool
) -> dict[UUID, Page]:
    return await comments.pages_by_tracker(reader, request, parents, all_columns(Comment), count=count)


async def _parents() -> tuple[Member, Member, list[UUID]]:
    """Create two trackers with 150 events and 150 comments each; return an administrator, their tutor and their ids."""
    administrator = await make.member()
    organisation = await administrator.organisation
    tutor = await make.member(organisation, kind=MemberKind.TUTOR)
    learner = await make.learner(organisation, tutor=tutor)
    trackers = [await make.tracker(organisation, learner=learner) for _ in range(2)]
    for tracker in trackers:
        await write_system_events([tracker.id] * ROWS, TrackerEventKind.COMMENTED, comment="Called again.")
        await Comment.bulk_create(
            Comment(organisation=organisation, tracker=tracker, author=administrator, text="Yes", created_at=make.now())
            for _ in range(ROWS)
        )
    return administrator, tutor, [tracker.id for tracker in trackers]


async def _statement_of(
    fetch_pages: FetchPages, reader: Viewer, request: PageRequest, parents: Sequence[UUID], *, count: bool
) -> tuple[dict[UUID, Page], tuple[str, tuple[object, ...]]]:
    with record_fetches() as statements:
        pages = await fetch_pages(reader, request, parents, count=count)
    (statement,) = statements
    return pages, statement


@pytest.mark.parametrize("kind", ["administrator", "tutor"])
@pytest.mark.parametrize(("fetch_pages", "table"), [(history_pages, "tracker_event"), (comment_pages, "comment")])
async def test_a_count_below_a_parent_runs_once_a_parent(
    database: str, fetch_pages: FetchPages, table: str, kind: str
) -> None:
    administrator, tutor, parents = await _parents()
    reader = await viewer(administrator if kind == "administrator" else tutor)
    pages, statement = await _statement_of(fetch_pages, reader, PageRequest(first=PAGE), parents, count=True)
    assert [(len(pages[parent].records), pages[parent].total) for parent in parents] == [(PAGE, ROWS)] * 2

    nodes = await plan_nodes(statement)
    assert [node["Actual Loops"] for node in nodes if node["Node Type"] == "Aggregate"] == [len(parents)]
    read = sum(rows_read(node) for node in nodes if node.get("Relation Name") == table)
    assert read <= len(parents) * (ROWS + PAGE + 1)


@pytest.mark.parametrize("fetch_pages", [history_pages, comment_pages])
async def test_rows_before_a_page_are_looked_for_once_and_counted_only_on_request(
    database: str, fetch_pages: FetchPages
) -> None:
    administrator, _, parents = await _parents()
    reader = await viewer(administrator)
    cursor = (await fetch_pages(reader, PageRequest(first=PAGE), parents[:1], count=False))[parents[0]].cursors[-1]
    request = PageRequest(first=PAGE, after=cursor)
    pages, statement = await _statement_of(fetch_pages, reader, request, parents[:1], count=False)
    page = pages[parents[0]]
    assert (len(page.records), page.has_previous, page.has_next, page.total) == (PAGE, True, True, None)

    nodes = await plan_nodes(statement)
    assert [node["Node Type"] for node in nodes].count("Aggregate") == 0
    flags = [node for node in nodes if node.get("Parent Relationship") in ("SubPlan", "InitPlan")]
    assert [node["Actual Loops"] for node in flags] == [1]
