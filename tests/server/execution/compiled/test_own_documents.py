"""Every document of the project compiles: those of the documentation, the playground, and the tried clients."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLSyntaxError, OperationDefinitionNode, parse, validate
from graphql.execution import VariableValues

from resolvers.schema_root import make_schema
from server.execution.answers import ENCODING
from server.execution.compiled.operation import CompiledOperation
from server.execution.compiled.plan import Plan
from server.execution.compiled.registry import Registry
from tests.support.clients.docs_queries import DOCS, blocks, curl_bodies
from tests.support.paths import ROOT

TEMPLATE = re.compile(r"`([^`]*)`")
SCRIPTS = [
    *ROOT.glob("server/playground/src/*.js"),
    *ROOT.glob("server/password/*.js"),
    *ROOT.glob("tests/support/npm/clients/scripts/*.mjs"),
]
PAGES = [page for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")] if "_build" not in page.parts]
REGISTRY = Registry(make_schema().graphql_schema, ENCODING)


def documents() -> Iterator[tuple[Path, str]]:
    """Yield the documents, and what only looks like one, with the files that contain them."""
    for page in PAGES:
        text = page.read_text()
        yield from ((page, document) for document in blocks(text, "graphql"))
        if page.name == "walk-through.md":
            yield from ((page, body["query"]) for body in curl_bodies(text))
    for script in SCRIPTS:
        yield from ((script, text) for text in TEMPLATE.findall(script.read_text()))
    for module in ROOT.glob("tests/**/*.py"):
        yield from (
            (module, text)
            for text in re.findall(r'"""\n(\s*(?:query|mutation|subscription).*?)"""', module.read_text(), re.DOTALL)
        )


def compiled(text: str) -> list[Plan | str]:
    """Return the plans of a valid document's operations, or the reasons why there are none."""
    try:
        document = parse(text)
    except GraphQLSyntaxError:
        return []
    if validate(REGISTRY.schema, document):
        return []
    plans: list[Plan | str] = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            conditions = {node.variable.name.value: True for node in definition.variable_definitions or ()}
            plans.append(CompiledOperation(REGISTRY, document, definition).plan(VariableValues({}, conditions)))
    return plans


def test_every_document_compiles() -> None:
    plans = [(path, plan) for path, text in documents() for plan in compiled(text)]
    left = [(path, plan) for path, plan in plans if not isinstance(plan, Plan)]
    assert left == []
    found = Counter(path.suffix for path, _ in plans)
    assert found[".md"] >= 20
    assert found[".js"] >= 10
    assert found[".mjs"] >= 13
    assert found[".py"] >= 32


@pytest.mark.parametrize("text", ["{ __schema { queryType { name } } }", '{ __type(name: "Query") { name } }'])
def test_introspection_does_not(text: str) -> None:
    assert compiled(text) == ["introspection"]
