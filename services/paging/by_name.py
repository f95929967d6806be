"""Lists of named rows: ordering by name, and searching for words in names."""

import re
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from tortoise import Model

from services.kernel.errors import BadRequestError
from services.kernel.names import in_reading_order
from services.kernel.sql import StatementBuilder
from services.kernel.text import clean_text
from services.paging.keyset import Key, Order
from services.paging.pages import ListQuery, Page, PageRequest, fetch_page
from services.row_selection import RowSelection
from services.viewer import Viewer
from services.visibility import visibility_condition

M = TypeVar("M", bound=Model)

MAX_SEARCH_LENGTH = 200
MAX_SEARCH_WORDS = 10

# Three letters or digits, even after case folding, or two after a symbol, as ``spaced`` adds a space after each symbol.
_TRIGRAM_PATTERN = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ſ]{3}|[!-/:-@\[-`{-~][A-Za-z0-9]{2}")
_TWO_LETTERS_PATTERN = re.compile(r"[A-Za-z0-9]{2}")


def order_by_name(model: type[Model], *columns: str) -> Order:
    """Return the order of rows with the SQL alias ``r``: by the columns, or else by ``name``, and then by id."""
    names = in_reading_order(*(f"r.{column}" for column in columns or ("name",)))
    return Order(f"{model._meta.db_table}s by name", (Key(names, str), Key("r.id", UUID)))


async def page_by_name(
    viewer: Viewer,
    request: PageRequest,
    selection: RowSelection[M],
    *,
    search: str | None,
    condition: str = "true",
    count: bool,
) -> Page:
    """Fetch a page of rows, ordered by name, whose names contain every word of ``search``.

    ``condition`` is an additional SQL condition. Raises BadRequestError like ``search_words`` and ``fetch_page``.
    """
    statement, model = StatementBuilder(), selection.model
    where = [visibility_condition(model, "r", viewer, statement), condition]
    where.append(has_every_word("r.name", search_words(search), statement))
    return await fetch_page(request, list_query(viewer, selection, order_by_name(model), where, statement), count=count)


def list_query(
    viewer: Viewer, selection: RowSelection[M], order: Order, where: list[str], statement: StatementBuilder
) -> ListQuery:
    """Return a query for the rows of a selection, with the SQL alias ``r``, that meet all conditions in ``where``."""
    source = selection.source("r")
    return ListQuery(
        order=order,
        select=source.columns,
        source=f"{selection.model._meta.db_table} r {source.joins(viewer, statement)}",
        where=" AND ".join(where),
        statement=statement,
    )


def search_words(search: str | None, *path: str) -> list[str]:
    """Return the words of a search. ``path`` leads to the argument ``search``.

    Raises BadRequestError for more than 200 characters or ten words, and for invalid text.
    """
    text, path = search or "", (*path, "search")
    if len(text) > MAX_SEARCH_LENGTH:
        raise BadRequestError(f"A search must have at most {MAX_SEARCH_LENGTH} characters.", *path)
    clean = clean_text(text)
    if clean is None:
        raise BadRequestError("The search contains an invalid character.", *path)
    words = clean.split()
    if len(words) > MAX_SEARCH_WORDS:
        raise BadRequestError(f"A search must have at most {MAX_SEARCH_WORDS} words.", *path)
    return words


def has_every_word(text: str, words: Sequence[str], statement: StatementBuilder) -> str:
    """Return the SQL condition that every word of a search is in a text, which is folded once and not for each word."""
    if not words:
        return "true"
    patterns = ", ".join(like_pattern(statement, word) for word in words)
    return f"fold({text}) LIKE ALL (ARRAY[{patterns}])"


def like_pattern(statement: StatementBuilder, word: str, *, function: str = "fold") -> str:
    """Return an SQL LIKE pattern that matches a word anywhere in a text, with wildcards in the word escaped.

    The SQL ``function`` must be the one that is applied to the text; ``fold`` removes case and accents. Wildcards are
    escaped after it has been applied to the word, because folding turns full-width wildcards into plain ones.
    """
    return f"""'%' || regexp_replace({function}({statement.bind(word)}), '([\\\\%_])', '\\\\\\1', 'g') || '%'"""


def has_trigram(word: str) -> bool:
    """Return whether an index of trigrams can find the texts that ``pattern_match`` matches.

    If not, it must not be used, because it would return every row.
    """
    return bool(_TRIGRAM_PATTERN.search(word) or _TWO_LETTERS_PATTERN.fullmatch(word))


def pattern_match(word: str, statement: StatementBuilder) -> str:
    """Return the SQL operator and pattern by which a column ``words`` is searched for a word.

    Two letters are searched for with every possible preceding character, which makes trigrams for the index. The pattern
    is a subquery, so that it is made once even if the statement is planned without the values.
    """
    if _TWO_LETTERS_PATTERN.fullmatch(word):
        return f"~ (SELECT '[a-z0-9 ]' || {statement.bind(word.lower())}::text)"
    return f"LIKE (SELECT {like_pattern(statement, word, function='spaced')})"


def learner_conditions(word: str, statement: StatementBuilder) -> list[str]:
    """Return the SQL conditions, each served by an index, of which a learner ``r`` with a word in a search meets one.

    The word is in the name, or it is digits that the ULN begins with: a range of texts, so that a statement that is
    prepared once for all words can use the index.
    """
    conditions = [
        f"r.words {pattern_match(word, statement)}"
        if has_trigram(word)
        else f"(r.words || '') {pattern_match(word, statement)}"
    ]
    if word.isascii() and word.isdigit():
        end = word[:-1] + chr(ord(word[-1]) + 1)
        conditions.append(f"(r.uln ~>=~ {statement.bind(word)}::text AND r.uln ~<~ {statement.bind(end)}::text)")
    return conditions
