"""The codes of errors: one table, which the documentation has whole and from which no code that is given is missing."""

import ast
from collections.abc import Iterator
from pathlib import Path

from server.protocol.error_codes import MEANINGS, Code, markdown_table
from tests.support.paths import ROOT

LAYERS = ("services", "resolvers", "schema", "server")
GIVES_A_CODE = {"HTTPError": 1, "request_error_result": 1, "UploadError": 0}
"""What is called with a code, and the place of that among the arguments."""


def test_the_documented_table_is_this_one() -> None:
    assert list(MEANINGS) == list(Code)
    assert markdown_table() in (ROOT / "docs/reference/errors.md").read_text(), (
        "write the output of server.protocol.error_codes.markdown_table() there"
    )


def codes(path: Path) -> Iterator[str]:
    """The codes that a module gives as plain text."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in GIVES_A_CODE:
                found = arguments[GIVES_A_CODE[name] :][:1]
            case ast.Assign(targets=[ast.Name(id="code")], value=value):
                found = [value]
            case ast.Dict(keys=keys, values=values):
                found = [value for key, value in zip(keys, values, strict=True) if _is_code(key)]
            case _:
                found = []
        yield from (one.value for one in found if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _is_code(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and key.value == "code"


def test_every_code_that_is_given_is_in_the_table() -> None:
    modules = [path for layer in LAYERS for path in (ROOT / layer).rglob("*.py")]
    given = {code for path in modules for code in codes(path)}
    assert {"UNAUTHENTICATED", "BAD_USER_INPUT", "NOT_ACCEPTABLE", "UNKNOWN_FIELD", "NOT_FOUND"} <= given
    assert given - set(Code) == {"REFUSED"}  # the base class's, which nobody raises
