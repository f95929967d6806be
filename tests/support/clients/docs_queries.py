"""Pages of the documentation that can be run: queries, who asks them, and what is answered."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.support.paths import ROOT

DOCS = ROOT / "docs"

_BLOCK = re.compile(r"^```(graphql|json)[ ]?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"‹(\w+)›")


@dataclass(frozen=True)
class Step:
    """A query of a page, who asks it with which variables, and the data that the page says is answered."""

    asked_by: str
    document: str
    variables: dict[str, Any]
    answer: Any


def steps(page: str) -> list[Step]:
    """The steps of a page: a ``graphql`` block that names who asks, perhaps a ``json variables`` block, the answer."""
    found: list[Step] = []
    variables: dict[str, Any] = {}
    who, document = "", ""
    for language, about, content in _BLOCK.findall(page):
        if language == "graphql":
            who, document, variables = about, content, {}
        elif about == "variables":
            variables = json.loads(content)
        else:
            found.append(Step(who, document, variables, json.loads(content)))
    return found


def fill_in(value: Any, names: dict[str, str]) -> Any:
    """The value with ids in place of ‹names›."""
    if isinstance(value, dict):
        return {key: fill_in(one, names) for key, one in value.items()}
    if isinstance(value, str) and (name := _NAME.fullmatch(value)):
        return names[name[1]]
    return value


def learn(expected: Any, found: Any, names: dict[str, str]) -> Any:
    """What was found with ‹names› in place of the ids that the page names; a name met first takes what stands there."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return {key: learn(expected.get(key), one, names) for key, one in found.items()}
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [learn(one, other, names) for one, other in zip(expected, found, strict=True)]
    if isinstance(expected, str) and isinstance(found, str) and (name := _NAME.fullmatch(expected)):
        return expected if names.setdefault(name[1], found) == found else found
    return found
