"""The requests of the README: what a shell sends must be JSON, and the schema must know it."""

import json
import re

from graphql import parse, validate

from resolvers.schema_root import make_schema
from tests.support.clients.docs_queries import DOCS

REQUEST = re.compile(r"(?:-d|^ask) '([^']*)'", re.MULTILINE)


def test_every_request_is_json_and_valid() -> None:
    sent = REQUEST.findall((DOCS.parent / "README.md").read_text())
    documents = [json.loads(body)["query"] for body in sent]
    schema = make_schema().graphql_schema
    assert [validate(schema, parse(document)) for document in documents] == [[]] * 4
