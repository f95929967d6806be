"""Listing a member's notifications, and marking them as read."""

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


async def make_notified_member(count: int) -> tuple[Member, list[Notification]]:
    """Create a member with ``count`` notifications."""
    ada = await make.member()
    tracker = await make.tracker(await ada.organisation)
    return ada, [await make.notification(tracker, ada) for _ in range(count)]


async def cursors(member: Member, **arguments: Any) -> list[str]:
    page = (await data(member, LIST, **arguments))["viewer"]["notifications"]
    return [node["cursor"] for node in page["nodes"]]


async def mark(member: Member, **entry: Any) -> Any:
    return (await data(member, MARK, input=entry))["markNotificationsRead"]


async def test_the_list_contains_the_viewers_notifications_newest_first(database: str) -> None:
    ada, _ = await make_notified_member(12)
    await make_notified_member(3)
    page = (await data(ada, LIST, first=5))["viewer"]
    assert page["unreadNotifications"] == page["notifications"]["totalCount"] == 12
    assert [node["cursor"] for node in page["notifications"]["nodes"]] == ["12", "11", "10", "9", "8"]
    assert await cursors(ada, after=page["notifications"]["pageInfo"]["endCursor"]) == list("7654321")


async def test_marking_some_and_then_all_as_read(database: str) -> None:
    ada, rows = await make_notified_member(4)
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


async def test_ids_of_other_members_notifications_are_errors_and_nothing_is_marked(database: str) -> None:
    ada, rows = await make_notified_member(1)
    _, other_rows = await make_notified_member(1)
    answer = await mark(ada, ids=[gid(rows[0]), gid(other_rows[0]), "rubbish"])
    assert answer == {
        "viewer": None,
        "notifications": [],
        "errors": [{"path": ["ids", "1"], "code": "NOT_FOUND"}, {"path": ["ids", "2"], "code": "NOT_FOUND"}],
    }
    assert await Notification.filter(read_at=None).count() == 2
