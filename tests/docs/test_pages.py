"""What holds for every page: its queries are valid, and the links and paths in it lead somewhere."""

import re
from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from tests.support.clients.docs_queries import DOCS, blocks
from tests.support.paths import ROOT, SDL

PAGES = sorted(
    page for page in [*ROOT.glob("*.md"), *ROOT.glob(".github/*.md"), *DOCS.rglob("*.md")] if "_build" not in page.parts
)
FOLDERS = "models|services|schema|resolvers|server|tests|docs|examples"
PATH = re.compile(rf"`((?:{FOLDERS})/[\w./*-]*)`")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
MADE = ("docs/_build/",)
"""Folders that commands make."""

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@cache
def _schema() -> GraphQLSchema:
    return build_schema(SDL.read_text())


@every_page
def test_every_query_is_valid(page: Path) -> None:
    queries = [parse(query) for query in blocks(page.read_text(), "graphql")]
    assert [error for query in queries for error in validate(_schema(), query)] == []


@every_page
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


@every_page
def test_every_path_is_in_the_repository(page: Path) -> None:
    paths = [path for path in PATH.findall(page.read_text()) if not path.startswith(MADE)]
    assert [path for path in paths if not any(ROOT.glob(path.rstrip("/")))] == []
