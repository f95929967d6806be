"""Adding comments: visibility, idempotency keys, and notifications of creator and assignee."""

import asyncio
import json
from hashlib import sha256
from typing import Any

import pytest

from models import Comment, Inbox, Mail, MemberKind, Notification, Tracker, TrackerEvent
from tests.support import factories as make
from tests.support.clients.graphql import data, gid
from tests.support.scenarios.college import College, Json, college, create_successfully, problem

ADD = """
mutation ($input: AddCommentInput!) {
  addComment(input: $input) {
    comment { id text author { name } } commentEdge { cursor node { text } }
    errors { path code message parameters { name value } rule }
  }
}
"""
READ = """
query ($id: ID!, $first: Int, $after: String) {
  tracker(id: $id) {
    version comments(first: $first, after: $after) {
      totalCount nodes { text author { name } } edges { cursor } pageInfo { hasNextPage endCursor } }
    history { nodes { kind actor { name } comment version } }
  }
}
"""


async def tenant_with_tracker() -> tuple[College, Tracker]:
    tenant = await college()
    number = await create_successfully(tenant.ada, tenant.job(assigneeId=gid(tenant.bob)))
    return tenant, await Tracker.get(organisation=tenant.organisation, number=number)


async def add(who: Any, **entry: Any) -> Json:
    payload: Json = (await data(who, ADD, input=entry))["addComment"]
    return payload


async def written() -> list[int]:
    """How much of everything that a comment writes there is."""
    rows = (Comment, TrackerEvent, Notification, Mail)
    return [*[await model.all().count() for model in rows], sum([inbox.cursor for inbox in await Inbox.all()])]


async def test_a_comment_is_stored_notified_and_added_to_the_history(database: str) -> None:
    tenant, tracker = await tenant_with_tracker()
    payload = await add(tenant.tina, trackerId=gid(tracker), text=" Called her. ")
    assert payload["errors"] == []
    assert payload["comment"].pop("id")
    assert payload["comment"] == {"text": "Called her.", "author": {"name": "Tina"}}
    found = (await data(tenant.ada, READ, id=gid(tracker)))["tracker"]
    assert found["version"] == 1
    assert found["comments"]["nodes"] == [{"text": "Called her.", "author": {"name": "Tina"}}]
    assert found["comments"]["edges"] == [{"cursor": payload["commentEdge"]["cursor"]}]
    assert found["history"]["nodes"] == [
        {"kind": "CREATED", "actor": {"name": "Ada"}, "comment": None, "version": 1},
        {"kind": "COMMENTED", "actor": {"name": "Tina"}, "comment": "Called her.", "version": 1},
    ]
    notifications = await Notification.filter(kind="COMMENTED").order_by("recipient_id")
    assert {notification.recipient_id for notification in notifications} == {tenant.ada.id, tenant.bob.id}
    assert await Mail.all().count() == 1  # of the assignment


async def test_authors_are_not_notified_of_their_own_comments(database: str) -> None:
    tenant, tracker = await tenant_with_tracker()
    await add(tenant.ada, trackerId=gid(tracker), text="Mine")
    assert [one.recipient_id for one in await Notification.filter(kind="COMMENTED")] == [tenant.bob.id]


async def test_comments_are_paged_oldest_first(database: str) -> None:
    tenant, tracker = await tenant_with_tracker()
    for number in range(5):
        await add(tenant.ada, trackerId=gid(tracker), text=str(number))
    first = (await data(tenant.ada, READ, id=gid(tracker), first=3))["tracker"]["comments"]
    rest = await data(tenant.ada, READ, id=gid(tracker), first=3, after=first["pageInfo"]["endCursor"])
    assert first["totalCount"] == 5
    assert [one["text"] for one in [*first["nodes"], *rest["tracker"]["comments"]["nodes"]]] == list("01234")


TOO_LONG = problem(
    "text", "TOO_LONG", "The comment may have at most 10,000 characters; this has 1,000,000.", maximum=10_000,
    length=1_000_000,
)  # fmt: skip
NO_TEXT = problem("text", "INVALID_FORMAT", "The comment contains an invalid character.")
EMPTY = problem("text", "REQUIRED", "Say something.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", EMPTY), (" \n", EMPTY), ("a\0b", NO_TEXT), ("\ud800", NO_TEXT), ("x" * 1_000_000, TOO_LONG)],
)
async def test_an_invalid_comment_is_refused_with_all_problems(database: str, text: str, expected: Json) -> None:
    tenant, _ = await tenant_with_tracker()
    before = await written()
    payload = await add(tenant.ada, trackerId="rubbish", text=text, idempotencyKey="")
    assert payload["errors"] == [
        problem("trackerId", "NOT_FOUND", "There is no such tracker."),
        expected,
        problem("idempotencyKey", "TOO_SHORT", "The idempotency key may not be empty.", minimum=1, length=0),
    ]
    assert payload["comment"] is None
    assert await written() == before


async def test_commenting_on_an_invisible_tracker_is_not_found(database: str) -> None:
    tenant, tracker = await tenant_with_tracker()
    stranger = await make.member()
    tutor = await make.member(tenant.organisation, kind=MemberKind.TUTOR)
    before = await written()
    for who in (stranger, tutor):
        payload = await add(who, trackerId=gid(tracker), text="Hello")
        assert payload["errors"] == [problem("trackerId", "NOT_FOUND", "There is no such tracker.")]
    assert (await add(tenant.ada, trackerId=gid(tenant.learner), text="Hello"))["errors"][0]["code"] == "NOT_FOUND"
    assert await written() == before


async def test_twenty_concurrent_requests_with_one_key_make_one_comment(database: str) -> None:
    tenant, tracker = await tenant_with_tracker()
    entry = {"trackerId": gid(tracker), "text": "Once", "idempotencyKey": "k"}
    answers = await asyncio.gather(*(add(tenant.ada, **entry) for _ in range(20)))
    assert len({answer["comment"]["id"] for answer in answers}) == 1
    assert await Comment.all().count() == 1
    assert await Notification.filter(kind="COMMENTED").count() == 1
    other = await add(tenant.ada, **entry | {"text": "Twice"})
    assert [one["code"] for one in other["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert (await add(tenant.bob, **entry))["errors"] == []  # a key is its member's own


async def test_the_digest_stored_with_a_key_is_that_of_version_0_1_0(database: str) -> None:
    tenant, tracker = await tenant_with_tracker()
    await add(tenant.ada, trackerId=gid(tracker), text=" Once ", idempotencyKey="k")
    content = json.dumps([str(tracker.id), "Once"]).encode()
    assert (await Comment.get()).idempotency_digest == sha256(content).hexdigest()
