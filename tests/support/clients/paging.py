"""Helpers that read connections page by page."""

import json
from base64 import urlsafe_b64encode
from typing import Any

from models import Member
from tests.support.clients.graphql import ask, data

PAGE = "totalCount nodes { name } edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


def forge_cursor(*parts: object) -> str:
    """Return a cursor that encodes these parts."""
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


async def first_page_names(member: Member, field: str, search: str | None = None, arguments: str = "") -> list[str]:
    """Return the names on the first page of a list, checking that the page is the whole list."""
    document = f"query ($search: String) {{ {field}(search: $search{arguments}) {{ totalCount nodes {{ name }} }} }}"
    page = (await data(member, document, search=search))[field]
    names = [node["name"] for node in page["nodes"]]
    assert page["totalCount"] == len(names)
    return names


async def all_pages(member: Member, field: str, size: int, *, backwards: bool = False) -> list[list[str]]:
    """Read a whole list forwards or backwards, checking each ``PageInfo``; return the names on each page."""
    count, cursor = ("last", "before") if backwards else ("first", "after")
    document = f"query ($size: Int, $at: String) {{ {field}({count}: $size, {cursor}: $at) {{ {PAGE} }} }}"
    pages: list[list[str]] = []
    at, more = None, True
    while more:
        page: Any = (await data(member, document, size=size, at=at))[field]
        pages.append([node["name"] for node in page["nodes"]])
        info, edges = page["pageInfo"], page["edges"]
        assert [edge["node"]["name"] for edge in edges] == pages[-1]
        assert (info["startCursor"], info["endCursor"]) == (edges[0]["cursor"], edges[-1]["cursor"])
        assert info["hasNextPage" if backwards else "hasPreviousPage"] is (at is not None)
        at, more = (
            (info["startCursor"], info["hasPreviousPage"]) if backwards else (info["endCursor"], info["hasNextPage"])
        )
    return pages


async def rejected_argument(member: Member, field: str, **arguments: Any) -> Any:
    """Request a page that is rejected, and return the path of the invalid argument."""
    types = {"first": "Int", "last": "Int"}
    definitions = ", ".join(f"${name}: {types.get(name, 'String')}" for name in arguments)
    field_arguments = ", ".join(f"{name}: ${name}" for name in arguments)
    answer = await ask(member, f"query ({definitions}) {{ {field}({field_arguments}) {{ totalCount }} }}", **arguments)
    assert answer["data"] is None
    (error,) = answer["errors"]
    assert error["extensions"].pop("code") == "BAD_USER_INPUT"
    return error["extensions"]["path"]
