"""Tests that the committed settings reference equals the rendered one, and is complete."""

from dataclasses import fields

from server.environment.variables import VARIABLES
from server.limits import Limits
from server.settings_reference import settings_reference
from tests.support.paths import ROOT

COMMAND = ".venv/bin/python -m server.settings_reference > docs/settings.md"


def test_the_committed_page_equals_the_rendered_one() -> None:
    page = (ROOT / "docs/settings.md").read_text()
    assert page == settings_reference(), f"docs/settings.md is not up to date: run {COMMAND}"
    assert COMMAND in page


def test_the_page_has_every_variable_with_its_default() -> None:
    page = settings_reference()
    for limit in fields(Limits):
        assert f"| `TRACKERS_{limit.name.upper()}` | {limit.default} | " in page
    for variable in VARIABLES:
        assert f"| `{variable.name}` | " in page
