"""Hooks for Schemathesis, loaded in its own process, that replace most generated arguments with meaningful ones.

Without them, Schemathesis sends cursors, page sizes and ids that are rejected before any row is read. The environment
variable ``IDS`` holds existing ids as a JSON list. One generated value in eight is left unchanged, so that invalid ones
are tested too.
"""

import json
import os
import zlib
from typing import Any

import schemathesis
from graphql import (
    REMOVE,
    ArgumentNode,
    DocumentNode,
    IntValueNode,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    Visitor,
    visit,
)
from hypothesis import strategies as st
from schemathesis.graphql import nodes

KEEP_ONE_IN = 8

IDS: list[str] = json.loads(os.environ["IDS"])

schemathesis.graphql.scalar("Decimal", st.decimals(-(10**6), 10**6, places=2).map(str).map(nodes.String))


class ArgumentReplacer(Visitor):
    """A visitor that replaces cursors, page sizes and ids in a document."""

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        name, value = node.name.value, node.value
        number = _hash(value)
        if name in ("after", "before", "last") and number % KEEP_ONE_IN:
            return REMOVE
        if name == "first" and number % KEEP_ONE_IN:
            return ArgumentNode(name=node.name, value=nodes.Int(number % 100 + 1))
        return ArgumentNode(name=node.name, value=_replace_ids(value)) if _takes_ids(name) else None

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> Any:
        name, value = node.name.value, node.value
        if name == "value" and isinstance(value, ObjectValueNode):
            # The input type of a value is a OneOf Input Object, which takes exactly one field.
            return ObjectFieldNode(name=node.name, value=ObjectValueNode(fields=value.fields[:1]))
        return ObjectFieldNode(name=node.name, value=_replace_ids(value)) if _takes_ids(name) else None


def _takes_ids(name: str) -> bool:
    return name in ("id", "ids") or name.endswith("Id")


def _hash(value: ValueNode) -> int:
    """Return a checksum that depends only on the generated value."""
    text = value.value if isinstance(value, StringValueNode | IntValueNode) else ""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _replace_ids(value: ValueNode) -> ValueNode:
    if isinstance(value, ListValueNode):
        return ListValueNode(values=tuple(_replace_ids(item) for item in value.values))
    number = _hash(value)
    return nodes.String(IDS[number % len(IDS)]) if number % KEEP_ONE_IN else value


@schemathesis.hook
def map_body(_context: Any, body: DocumentNode) -> DocumentNode:
    changed: DocumentNode = visit(body, ArgumentReplacer())
    return changed
