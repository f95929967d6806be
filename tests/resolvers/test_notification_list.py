"""The list of notifications: newest first, read or not, one's own alone."""

from typing import Any

from models import Member, Notification
from tests.support import factories as make
from tests.support.clients.graphql import data, gid

LIST = """
query ($first: Int, $after: String, $unreadOnly: Boolean! = false) {
  viewer { unreadNotifications notifications(first: $first, after: $after, unreadOnly: $unreadOnly) {
    totalCount nodes { cursor readAt } pageInfo { hasNextPage endCursor } } }
}
"""
MARK = """
mutation ($input: MarkNotificationsReadInput!) {
  markNotificationsRead(input: $input) {
    viewer { unreadNotifications } notifications { cursor } errors { path code } }
}
"""


async def told(count: int) -> tuple[Member, list[Notification]]:
    ada = await make.member()
    tracker = await make.tracker(await ada.organisation)
    return ada, [await make.notification(tracker, ada) for _ in range(count)]


async def cursors(who: Member, **arguments: Any) -> list[str]:
    found = (await data(who, LIST, **arguments))["viewer"]["notifications"]
    return [node["cursor"] for node in found["nodes"]]


async def mark(who: Member, **entry: Any) -> Any:
    return (await data(who, MARK, input=entry))["markNotificationsRead"]


async def test_the_list_is_ones_own_newest_first_in_pages(database: str) -> None:
    ada, _ = await told(12)
    await told(3)
    page = (await data(ada, LIST, first=5))["viewer"]
    assert page["unreadNotifications"] == page["notifications"]["totalCount"] == 12
    assert [node["cursor"] for node in page["notifications"]["nodes"]] == ["12", "11", "10", "9", "8"]
    assert await cursors(ada, after=page["notifications"]["pageInfo"]["endCursor"]) == list("7654321")


async def test_marking_some_and_then_all(database: str) -> None:
    ada, rows = await told(4)
    answer = await mark(ada, ids=[gid(rows[0]), gid(rows[2])])
    assert answer == {
        "viewer": {"unreadNotifications": 2},
        "notifications": [{"cursor": "3"}, {"cursor": "1"}],
        "errors": [],
    }
    assert await cursors(ada, unreadOnly=True) == ["4", "2"]
    read_at = (await Notification.get(id=rows[0].id)).read_at
    assert read_at is not None
    again = await mark(ada, ids=[gid(rows[0])])
    assert again["notifications"] == [{"cursor": "1"}]
    assert (await Notification.get(id=rows[0].id)).read_at == read_at
    assert (await mark(ada, all=True))["viewer"] == {"unreadNotifications": 0}
    assert await cursors(ada, unreadOnly=True) == []
    assert (await mark(ada))["notifications"] == []


async def test_what_is_not_ones_own_is_not_found_and_then_nothing_is_marked(database: str) -> None:
    ada, rows = await told(1)
    _, theirs = await told(1)
    answer = await mark(ada, ids=[gid(rows[0]), gid(theirs[0]), "rubbish"])
    assert answer == {
        "viewer": None,
        "notifications": [],
        "errors": [{"path": ["ids", "1"], "code": "NOT_FOUND"}, {"path": ["ids", "2"], "code": "NOT_FOUND"}],
    }
    assert await Notification.filter(read_at=None).count() == 2
