"""The walk-through of a break and the return, run as it stands in the documentation."""

import pytest

from models import Member
from services.demo.fill import fill_demo
from tests.support.clients.docs_queries import DOCS, PAGES_WRITTEN_AT, fill_in, insert_placeholders, steps
from tests.support.clients.graphql import ask

pytestmark = pytest.mark.slow


async def test_the_page_says_what_happens(database: str) -> None:
    await fill_demo(now=PAGES_WRITTEN_AT)
    names: dict[str, str] = {}
    page = steps((DOCS / "guides" / "break-and-return.md").read_text())
    assert len(page) == 10
    for step in page:
        member = await Member.get(email=step.sender)
        answer = await ask(member, step.document, **fill_in(step.variables, names))
        assert "errors" not in answer, answer["errors"]
        assert insert_placeholders(step.answer, answer["data"], names) == step.answer
