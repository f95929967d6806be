"""Test that runs the guide on breaks in learning, and compares the responses with those on the page."""

import datetime as dt
import re

import pytest

from models import Member
from services.demo.fill import fill_demo
from services.kernel.dates import format_date
from tests.support.clients.docs_queries import DOCS, PAGES_WRITTEN_AT, fill_in, insert_placeholders, steps
from tests.support.clients.graphql import ask

pytestmark = pytest.mark.slow

PAGE = (DOCS / "break-and-return.md").read_text()
DAYS = {
    name: (text, example)
    for name, text, example in re.findall(r"^\| (‹\w+›) \| ([^|]+) \|[^|]+\| (\S+) \|$", PAGE, re.MULTILINE)
}
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@pytest.mark.parametrize("weeks", [0, -8])
async def test_the_responses_match_the_page(database: str, weeks: int) -> None:
    """Whole weeks earlier, all days are as much earlier; between them, the demo data avoid weekends."""
    now, later = PAGES_WRITTEN_AT + dt.timedelta(weeks=weeks), dt.timedelta(weeks=weeks)
    await fill_demo(now=now)
    placeholders = {name: (now.date() + _offset(text)).isoformat() for name, (text, _) in DAYS.items()}
    page = steps(PAGE)
    assert len(page) == 10
    for step in page:
        member = await Member.get(email=step.sender)
        answer = await ask(member, step.document, **fill_in(step.variables, placeholders))
        assert "errors" not in answer, answer["errors"]
        expected = _move(step.answer, later)
        assert insert_placeholders(expected, answer["data"], placeholders) == expected


def test_the_table_of_days_has_those_of_the_page() -> None:
    day = PAGES_WRITTEN_AT.date()
    assert len(DAYS) == 4
    assert {name: (day + _offset(text)).isoformat() for name, (text, _) in DAYS.items()} == {
        name: example for name, (_, example) in DAYS.items()
    }


def _offset(text: str) -> dt.timedelta:
    """Return the time from today to a day such as "25 days ago" or "in 185 days"."""
    number = int(re.findall(r"\d+", text)[0])
    return dt.timedelta(days=-number if text.endswith("ago") else number)


def _move(value: object, later: dt.timedelta) -> object:
    """Return a JSON value in which every day is later."""
    if isinstance(value, dict):
        return {key: _move(entry, later) for key, entry in value.items()}
    if isinstance(value, list):
        return [_move(entry, later) for entry in value]
    if not isinstance(value, str):
        return value
    value = re.sub(r"\d{4}-\d\d-\d\d", lambda day: (dt.date.fromisoformat(day[0]) + later).isoformat(), value)
    return re.sub(
        rf"(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})",
        lambda day: format_date(dt.date(int(day[3]), MONTHS.index(day[2]) + 1, int(day[1])) + later),
        value,
    )
