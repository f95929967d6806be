"""Lists of named rows: ordering by name, and searching for words in names."""

from uuid import UUID

from tortoise import Model

from models.rows import columns
from services.kernel.errors import BadRequestError
from services.kernel.sql import StatementBuilder
from services.kernel.text import clean_text
from services.paging.keyset import Key, Order
from services.paging.pages import ListQuery, Page, PageRequest, fetch_page
from services.viewer import Viewer
from services.visibility import visibility_condition

MAX_SEARCH_LENGTH = 200


def in_reading_order(*names: str) -> str:
    """Return the SQL expression that orders rows by some names as people read them.

    Case, accents and the shape of apostrophes count only between names that are otherwise the same. Kept names have no
    tabs, so the tab makes a shorter name precede a longer one.
    """
    folded = " || E'\\t' || ".join([*(f"fold({name})" for name in names), *names])
    return f'({folded}) COLLATE "C"'


def order_by_name(model: type[Model], *columns: str) -> Order:
    """Return the order of rows with the SQL alias ``r``: by the columns, or else by ``name``, and then by id."""
    names = in_reading_order(*(f"r.{column}" for column in columns or ("name",)))
    return Order(f"{model._meta.db_table}s by name", (Key(names, str), Key("r.id", UUID)))


async def page_by_name(
    model: type[Model], viewer: Viewer, request: PageRequest, *, search: str | None, condition: str, count: bool
) -> Page:
    """Fetch a page of rows, ordered by name, whose names contain every word of ``search``.

    ``condition`` is an additional SQL condition. Raises BadRequestError like ``search_words`` and ``fetch_page``.
    """
    statement = StatementBuilder()
    where = [visibility_condition(model, "r", viewer, statement), condition]
    where += [f"fold(r.name) LIKE {like_pattern(statement, word)}" for word in search_words(search)]
    return await fetch_page(request, list_query(model, order_by_name(model), where, statement), count=count)


def list_query(model: type[Model], order: Order, where: list[str], statement: StatementBuilder) -> ListQuery:
    """Return a query for the rows of a model, with the SQL alias ``r``, that meet all conditions in ``where``."""
    return ListQuery(
        order=order,
        select=columns(model, "r"),
        source=f"{model._meta.db_table} r",
        where=" AND ".join(where),
        statement=statement,
    )


def search_words(search: str | None, *path: str) -> list[str]:
    """Return the words of a search. ``path`` leads to the argument ``search``.

    Raises BadRequestError for more than 200 characters, and for invalid text.
    """
    text, path = search or "", (*path, "search")
    if len(text) > MAX_SEARCH_LENGTH:
        raise BadRequestError(f"A search must have at most {MAX_SEARCH_LENGTH} characters.", *path)
    clean = clean_text(text)
    if clean is None:
        raise BadRequestError("The search contains an invalid character.", *path)
    return clean.split()


def like_pattern(statement: StatementBuilder, word: str, *, function: str = "fold") -> str:
    """Return an SQL LIKE pattern that matches a word anywhere in a text, with wildcards in the word escaped.

    The SQL ``function`` must be the one that is applied to the text; ``fold`` removes case and accents. Wildcards are
    escaped after it has been applied to the word, because folding turns full-width wildcards into plain ones.
    """
    return f"""'%' || regexp_replace({function}({statement.bind(word)}), '([\\\\%_])', '\\\\\\1', 'g') || '%'"""
