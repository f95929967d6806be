"""Lists of learners, members, employers and programmes, searched by name."""

from uuid import UUID

from tortoise import Model

from models import Employer, Learner, Member, Programme
from models.rows import columns
from services.pages import Key, Listing, Order, Page, PageRequest, fetch_page
from services.refusals import BadRequest
from services.statements import Statement
from services.texts import clean_text
from services.viewer import Viewer
from services.visibility import visible

LONGEST_SEARCH = 200

LEARNERS_BY_NAME = Order("learners", (Key("r.family_name", str), Key("r.given_names", str), Key("r.id", UUID)))


def _by_name(model: type[Model]) -> Order:
    return Order(f"{model._meta.db_table}s", (Key("r.name", str), Key("r.id", UUID)))


async def page_of_learners(viewer: Viewer, request: PageRequest, *, search: str | None, count: bool) -> Page:
    """Learners by family name; every word of ``search`` is part of the name or starts the ULN."""
    statement = Statement()
    where = [visible(Learner, "r", viewer, statement)]
    for word in words(search):
        name = f"fold(r.given_names || ' ' || r.family_name) LIKE {_pattern(statement, word)}"
        where.append(f"({name} OR starts_with(r.uln, {statement.bind(word)}))")
    return await fetch_page(request, _listing(Learner, LEARNERS_BY_NAME, where, statement), count=count)


async def page_of_members(
    viewer: Viewer, request: PageRequest, *, search: str | None, assignable_only: bool, count: bool
) -> Page:
    """Members by name; with ``assignable_only`` those that the viewer may give a tracker to."""
    statement = Statement()
    where = [visible(Member, "r", viewer, statement)]
    if assignable_only:
        where.append(f"r.active AND (r.kind = 'ADMINISTRATOR' OR r.id = {statement.bind(viewer.member_id)})")
    for word in words(search):
        pattern = _pattern(statement, word)
        where.append(f"(fold(r.name) LIKE {pattern} OR fold(r.email) LIKE {pattern})")
    return await fetch_page(request, _listing(Member, _by_name(Member), where, statement), count=count)


async def page_of_employers(
    viewer: Viewer, request: PageRequest, *, search: str | None, confirmed_only: bool, count: bool
) -> Page:
    """Employers by name."""
    return await _page_by_name(Employer, viewer, request, search, "r.confirmed" if confirmed_only else "true", count)


async def page_of_programmes(viewer: Viewer, request: PageRequest, *, search: str | None, count: bool) -> Page:
    """Programmes by name."""
    return await _page_by_name(Programme, viewer, request, search, "true", count)


async def _page_by_name(
    model: type[Model], viewer: Viewer, request: PageRequest, search: str | None, condition: str, count: bool
) -> Page:
    statement = Statement()
    where = [visible(model, "r", viewer, statement), condition]
    where += [f"fold(r.name) LIKE {_pattern(statement, word)}" for word in words(search)]
    return await fetch_page(request, _listing(model, _by_name(model), where, statement), count=count)


def _listing(model: type[Model], order: Order, where: list[str], statement: Statement) -> Listing:
    return Listing(
        order=order,
        select=columns(model, "r"),
        source=f"{model._meta.db_table} r",
        where=" AND ".join(where),
        statement=statement,
    )


def words(search: str | None) -> list[str]:
    """The words of a search; raises BadRequest where it is too long or no text."""
    text = search or ""
    if len(text) > LONGEST_SEARCH:
        raise BadRequest(f"A search may have at most {LONGEST_SEARCH} characters.", "search")
    clean = clean_text(text)
    if clean is None:
        raise BadRequest("The search contains a character that is no text.", "search")
    return clean.split()


def _pattern(statement: Statement, word: str) -> str:
    """A LIKE pattern for a word anywhere in a text, its case and accents taken away, its wildcards literal.

    They are escaped after folding, which makes a plain one of a full-width one.
    """
    return f"""'%' || regexp_replace(fold({statement.bind(word)}), '([\\\\%_])', '\\\\\\1', 'g') || '%'"""
