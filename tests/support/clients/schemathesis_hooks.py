"""What Schemathesis is told of this API, in its own process: which requests make sense.

Left to itself it sends cursors, page sizes and ids that are refused before anything is looked up. Ids that there
are come as a JSON list in `IDS`. One value of eight stays as it was drawn, so that rubbish is tried too.
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

RUBBISH = 8

IDS: list[str] = json.loads(os.environ["IDS"])

schemathesis.graphql.scalar("Decimal", st.decimals(-(10**6), 10**6, places=2).map(str).map(nodes.String))


class Steer(Visitor):
    """Puts what makes sense in the place of most of what does not."""

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        name, value = node.name.value, node.value
        number = _drawn(value)
        if name in ("after", "before", "last") and number % RUBBISH:
            return REMOVE
        if name == "first" and number % RUBBISH:
            return ArgumentNode(name=node.name, value=nodes.Int(number % 100 + 1))
        return ArgumentNode(name=node.name, value=_ids(value)) if _names_ids(name) else None

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> Any:
        name, value = node.name.value, node.value
        if name == "value" and isinstance(value, ObjectValueNode):
            # A value has one slot.
            return ObjectFieldNode(name=node.name, value=ObjectValueNode(fields=value.fields[:1]))
        return ObjectFieldNode(name=node.name, value=_ids(value)) if _names_ids(name) else None


def _names_ids(name: str) -> bool:
    return name in ("id", "ids") or name.endswith("Id")


def _drawn(value: ValueNode) -> int:
    """A number that hangs on nothing but what was drawn."""
    text = value.value if isinstance(value, StringValueNode | IntValueNode) else ""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _ids(value: ValueNode) -> ValueNode:
    if isinstance(value, ListValueNode):
        return ListValueNode(values=tuple(_ids(one) for one in value.values))
    number = _drawn(value)
    return nodes.String(IDS[number % len(IDS)]) if number % RUBBISH else value


@schemathesis.hook
def map_body(_context: Any, body: DocumentNode) -> DocumentNode:
    steered: DocumentNode = visit(body, Steer())
    return steered
