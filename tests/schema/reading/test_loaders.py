"""Data loaders of pages, which fetch those of several fields in one batch."""

from server.protocol.messages import Request
from tests.support import factories as make
from tests.support.clients.graphql import context_of, executor, gid, sent

PAGES = """
query ($tracker: ID!, $learner: ID!) {
  tracker(id: $tracker) { good: comments(first: 1) { totalCount } bad: comments(first: 0) { totalCount } }
  node(id: $learner) { ... on Learner { good: trackers { totalCount } bad: trackers(after: "x") { totalCount } } }
}
"""


async def test_arguments_that_are_invalid_are_an_error_of_their_own_field(database: str) -> None:
    ada = await make.member()
    tracker = await make.tracker(await ada.organisation)
    context = await context_of(ada)
    variables = {"tracker": gid(tracker), "learner": gid(await tracker.learner)}
    operation = executor().prepare(Request(PAGES, variables, on_error="NULL"), context)
    answer = sent(await executor().execute(operation, context, "a request"))
    assert answer["data"] == {
        "tracker": {"good": {"totalCount": 0}, "bad": None},
        "node": {"good": {"totalCount": 1}, "bad": None},
    }
    assert [error["path"] for error in answer["errors"]] == [["tracker", "bad"], ["node", "bad"]]
