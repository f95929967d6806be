"""What the lists of people and things by name share: their order, and the words that a search looks for."""

from uuid import UUID

from tortoise import Model

from models.rows import columns
from services.kernel.errors import BadRequestError
from services.kernel.sql import StatementBuilder
from services.kernel.text import clean_text
from services.paging.keyset import Key, Order
from services.paging.pages import Listing, Page, PageRequest, fetch_page
from services.viewer import Viewer
from services.visibility import visible

LONGEST_SEARCH = 200


def by_name(model: type[Model]) -> Order:
    """The order of a list whose rows, known as ``r``, have a name."""
    return Order(f"{model._meta.db_table}s", (Key("r.name", str), Key("r.id", UUID)))


async def page_by_name(
    model: type[Model], viewer: Viewer, request: PageRequest, *, search: str | None, condition: str, count: bool
) -> Page:
    """Rows by name that meet an SQL condition; every word of ``search`` is part of the name."""
    statement = StatementBuilder()
    where = [visible(model, "r", viewer, statement), condition]
    where += [f"fold(r.name) LIKE {like_pattern(statement, word)}" for word in search_words(search)]
    return await fetch_page(request, listing(model, by_name(model), where, statement), count=count)


def listing(model: type[Model], order: Order, where: list[str], statement: StatementBuilder) -> Listing:
    """A list of the rows of a model, known as ``r``, that meet all the conditions."""
    return Listing(
        order=order,
        select=columns(model, "r"),
        source=f"{model._meta.db_table} r",
        where=" AND ".join(where),
        statement=statement,
    )


def search_words(search: str | None, *path: str) -> list[str]:
    """The words of a search; raises BadRequestError where it is too long or no text. ``path`` is where it stands."""
    text, path = search or "", (*path, "search")
    if len(text) > LONGEST_SEARCH:
        raise BadRequestError(f"A search may have at most {LONGEST_SEARCH} characters.", *path)
    clean = clean_text(text)
    if clean is None:
        raise BadRequestError("The search contains a character that is no text.", *path)
    return clean.split()


def like_pattern(statement: StatementBuilder, word: str, *, through: str = "fold") -> str:
    """A LIKE pattern for a word anywhere in a text, its case and accents taken away, its wildcards literal.

    They are escaped after folding, which makes a plain one of a full-width one. ``through`` is the SQL function that the text
    has gone through as well.
    """
    return f"""'%' || regexp_replace({through}({statement.bind(word)}), '([\\\\%_])', '\\\\\\1', 'g') || '%'"""
