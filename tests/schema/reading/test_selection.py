"""What a selection asks for: the rows of a list are counted only if its ``totalCount`` is in the answer."""

from models import Member
from tests.support import factories as make
from tests.support.clients.graphql import data
from tests.support.databases.sql_statements import record_statements

LISTS = (
    "trackers", "learners", "members", "employers", "programmes",
    "viewer { notifications", "learners { nodes { trackers", "trackers { nodes { history", "trackers { nodes { comments",
)  # fmt: skip
EXCLUDED = (
    "totalCount @include(if: false)",
    "totalCount @skip(if: true)",
    "totalCount @include(if: $no)",
    "totalCount @skip(if: $yes)",
    "totalCount @include(if: $yes) @skip(if: $yes)",
    "... @skip(if: $yes) { totalCount }",
    "... @include(if: $no) { ... { totalCount } }",
)
SELECTED = (
    "totalCount",
    "totalCount @include(if: $yes) @skip(if: $no)",
    "... @include(if: $no) { totalCount } number: totalCount @skip(if: $no)",
)


async def _counted(field: str, selection: str, member: Member) -> tuple[bool, int]:
    """Return whether a list's answer has a count, and how many statements counted."""
    document = f"query ($yes: Boolean = true, $no: Boolean!) {{ viewer {{ id @include(if: $yes) @skip(if: $no) }} {field} {{ nodes {{ id }} {selection}"
    with record_statements() as statements:
        answer = await data(member, document + " }" * (field.count("{") + 2), no=False)
    has_count = "'totalCount': " in str(answer) or "'number': " in str(answer)
    return has_count, sum("(SELECT count(*) " in statement for statement in statements)


async def test_rows_are_counted_if_and_only_if_the_count_is_in_the_answer(database: str) -> None:
    ada = await make.member()
    tracker = await make.tracker(await ada.organisation)
    await make.notification(tracker, ada)
    for field in LISTS:
        assert [await _counted(field, selection, ada) for selection in SELECTED] == [(True, 1)] * len(SELECTED), field
        assert [await _counted(field, selection, ada) for selection in EXCLUDED] == [(False, 0)] * len(EXCLUDED), field
