"""Test that runs the guide on breaks in learning, and compares the responses with those on the page."""

import pytest

from models import Member
from services.demo.fill import fill_demo
from tests.support.clients.docs_queries import DOCS, PAGES_WRITTEN_AT, fill_in, insert_placeholders, steps
from tests.support.clients.graphql import ask

pytestmark = pytest.mark.slow


async def test_the_responses_match_the_page(database: str) -> None:
    await fill_demo(now=PAGES_WRITTEN_AT)
    placeholders: dict[str, str] = {}
    page = steps((DOCS / "break-and-return.md").read_text())
    assert len(page) == 10
    for step in page:
        member = await Member.get(email=step.sender)
        answer = await ask(member, step.document, **fill_in(step.variables, placeholders))
        assert "errors" not in answer, answer["errors"]
        assert insert_placeholders(step.answer, answer["data"], placeholders) == step.answer
