"""The statement of a search grows with its words and with nothing else, because PostgreSQL plans all of it."""

from string import ascii_lowercase

from services.kernel.sql import StatementBuilder
from services.paging.by_name import MAX_SEARCH_WORDS
from services.paging.keyset import Window
from services.trackers.listing.filters import TrackerFilter
from services.trackers.listing.plan import plan_list
from tests.support import factories as make
from tests.support.clients.graphql import viewer

PAGE = Window((), backwards=False, limit=51)


async def test_ten_words_make_ten_times_the_statement_of_one(database: str) -> None:
    list_viewer = await viewer(await make.member())

    def length(words: int, **others: object) -> int:
        filter_by = TrackerFilter(search=tuple(f"word{letter}" for letter in ascii_lowercase[:words]), **others)  # type: ignore[arg-type]
        plan = plan_list(list_viewer, filter_by, (), StatementBuilder())
        return len(plan.rows(PAGE)) + len(plan.count())

    lengths = [length(words) for words in (2, 6, MAX_SEARCH_WORDS)]
    assert lengths[2] - lengths[1] < 1.1 * (lengths[1] - lengths[0])
    learner = list_viewer.member_id
    assert length(MAX_SEARCH_WORDS, learner=(learner,)) == length(MAX_SEARCH_WORDS, learner=(learner,) * 200)
