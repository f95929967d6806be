"""The table of error codes is in the documentation, and contains every code that the source uses."""

import ast
from collections.abc import Iterator
from pathlib import Path

from server.protocol.error_codes import MEANINGS, Code, markdown_table
from tests.support.paths import ROOT

LAYERS = ("services", "resolvers", "schema", "server")
CODE_ARGUMENTS = {"HTTPError": 1, "request_error_result": 1, "UploadError": 0}
"""The callables that take an error code, with the position of that argument."""


def test_the_documentation_contains_the_table() -> None:
    assert list(MEANINGS) == list(Code)
    assert markdown_table() in (ROOT / "docs/errors.md").read_text(), (
        "write the output of server.protocol.error_codes.markdown_table() there"
    )


def codes_in_module(path: Path) -> Iterator[str]:
    """Yield the error codes that a module contains as string literals."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in CODE_ARGUMENTS:
                nodes = arguments[CODE_ARGUMENTS[name] :][:1]
            case ast.Assign(targets=[ast.Name(id="code")], value=value):
                nodes = [value]
            case ast.Dict(keys=keys, values=values):
                nodes = [value for key, value in zip(keys, values, strict=True) if _is_code(key)]
            case _:
                nodes = []
        yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_code(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and key.value == "code"


def test_every_code_in_the_sources_is_in_the_table() -> None:
    modules = [path for layer in LAYERS for path in (ROOT / layer).rglob("*.py")]
    used = {code for path in modules for code in codes_in_module(path)}
    assert {"UNAUTHENTICATED", "BAD_USER_INPUT", "NOT_ACCEPTABLE", "UNKNOWN_FIELD", "NOT_FOUND"} <= used
    assert used - set(Code) == {"REFUSED"}  # the code of the base class, which is never raised
