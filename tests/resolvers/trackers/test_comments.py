"""Tests of adding comments: visibility, idempotency keys, and the notifications to creator and assignee."""

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


async def college_with_tracker() -> tuple[College, Tracker]:
    tenant = await college()
    number = await create_successfully(tenant.ada, tenant.job(assigneeId=gid(tenant.bob)))
    return tenant, await Tracker.get(organisation=tenant.organisation, number=number)


async def add(member: Any, **entry: Any) -> Json:
    """Run ``addComment`` and return its payload."""
    payload: Json = (await data(member, ADD, input=entry))["addComment"]
    return payload


async def count_written() -> list[int]:
    """Count the rows of each kind that a comment may write, and add up the cursors of all inboxes."""
    models = (Comment, TrackerEvent, Notification, Mail)
    return [*[await model.all().count() for model in models], sum([inbox.cursor for inbox in await Inbox.all()])]


async def test_a_comment_is_stored_notified_and_added_to_the_history(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    payload = await add(tenant.tina, trackerId=gid(tracker), text=" Called her. ")
    assert payload["errors"] == []
    assert payload["comment"].pop("id")
    assert payload["comment"] == {"text": "Called her.", "author": {"name": "Tina"}}
    tracker_after = (await data(tenant.ada, READ, id=gid(tracker)))["tracker"]
    assert tracker_after["version"] == 1
    assert tracker_after["comments"]["nodes"] == [{"text": "Called her.", "author": {"name": "Tina"}}]
    assert tracker_after["comments"]["edges"] == [{"cursor": payload["commentEdge"]["cursor"]}]
    assert tracker_after["history"]["nodes"] == [
        {"kind": "CREATED", "actor": {"name": "Ada"}, "comment": None, "version": 1},
        {"kind": "COMMENTED", "actor": {"name": "Tina"}, "comment": "Called her.", "version": 1},
    ]
    notifications = await Notification.filter(kind="COMMENTED").order_by("recipient_id")
    assert {notification.recipient_id for notification in notifications} == {tenant.ada.id, tenant.bob.id}
    assert await Mail.all().count() == 1  # for the assignment


async def test_authors_are_not_notified_of_their_own_comments(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    await add(tenant.ada, trackerId=gid(tracker), text="Mine")
    assert [notification.recipient_id for notification in await Notification.filter(kind="COMMENTED")] == [
        tenant.bob.id
    ]


async def test_comments_are_paged_oldest_first(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    for number in range(5):
        await add(tenant.ada, trackerId=gid(tracker), text=str(number))
    first = (await data(tenant.ada, READ, id=gid(tracker), first=3))["tracker"]["comments"]
    rest = await data(tenant.ada, READ, id=gid(tracker), first=3, after=first["pageInfo"]["endCursor"])
    assert first["totalCount"] == 5
    assert [comment["text"] for comment in [*first["nodes"], *rest["tracker"]["comments"]["nodes"]]] == list("01234")


TOO_LONG = problem(
    "text", "TOO_LONG", "The comment must have at most 10,000 characters; this has 1,000,000.", maximum=10_000,
    length=1_000_000,
)  # fmt: skip
INVALID_TEXT = problem("text", "INVALID_FORMAT", "The comment contains an invalid character.")
EMPTY = problem("text", "REQUIRED", "Say something.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", EMPTY), (" \n", EMPTY), ("a\0b", INVALID_TEXT), ("\ud800", INVALID_TEXT), ("x" * 1_000_000, TOO_LONG)],
)
async def test_an_invalid_comment_is_refused_with_all_problems(database: str, text: str, expected: Json) -> None:
    tenant, _ = await college_with_tracker()
    before = await count_written()
    payload = await add(tenant.ada, trackerId="rubbish", text=text, idempotencyKey="")
    assert payload["errors"] == [
        problem("trackerId", "NOT_FOUND", "There is no such tracker."),
        expected,
        problem("idempotencyKey", "TOO_SHORT", "The idempotency key must not be empty.", minimum=1, length=0),
    ]
    assert payload["comment"] is None
    assert await count_written() == before


async def test_commenting_on_an_invisible_tracker_is_not_found(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    stranger = await make.member()
    tutor = await make.member(tenant.organisation, kind=MemberKind.TUTOR)
    before = await count_written()
    for member in (stranger, tutor):
        payload = await add(member, trackerId=gid(tracker), text="Hello")
        assert payload["errors"] == [problem("trackerId", "NOT_FOUND", "There is no such tracker.")]
    assert (await add(tenant.ada, trackerId=gid(tenant.learner), text="Hello"))["errors"][0]["code"] == "NOT_FOUND"
    assert await count_written() == before


async def test_twenty_concurrent_requests_with_one_key_add_one_comment(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    entry = {"trackerId": gid(tracker), "text": "Once", "idempotencyKey": "k"}
    payloads = await asyncio.gather(*(add(tenant.ada, **entry) for _ in range(20)))
    assert len({payload["comment"]["id"] for payload in payloads}) == 1
    assert await Comment.all().count() == 1
    assert await Notification.filter(kind="COMMENTED").count() == 1
    conflicting = await add(tenant.ada, **entry | {"text": "Twice"})
    assert [error["code"] for error in conflicting["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert (await add(tenant.bob, **entry))["errors"] == []  # each member has their own keys


async def test_the_digest_of_a_comment_is_computed_as_in_version_0_1_0(database: str) -> None:
    tenant, tracker = await college_with_tracker()
    await add(tenant.ada, trackerId=gid(tracker), text=" Once ", idempotencyKey="k")
    content = json.dumps([str(tracker.id), "Once"]).encode()
    assert (await Comment.get()).idempotency_digest == sha256(content).hexdigest()
