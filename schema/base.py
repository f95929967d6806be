"""The schema class: strawberry's, but it writes no log and takes documents that are already checked.

strawberry logs every error of every answer with its message, and a message may hold what a user typed
(a password, a learner's name). What is worth a log line is decided by the server, which logs no values.
"""

from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import DocumentNode, GraphQLError, GraphQLInputObjectType
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext


class CheckedQuery(str):
    """A document's text together with the document, parsed and valid: neither is done again when it runs."""

    __slots__ = ("document",)
    document: DocumentNode

    def __new__(cls, text: str, document: DocumentNode) -> "CheckedQuery":
        """Join the two; it is the caller's promise that the document is this text's and valid."""
        query = super().__new__(cls, text)
        query.document = document
        return query


class _TakesCheckedQuery(SchemaExtension):
    def on_parse(self) -> Iterator[None]:
        query = self.execution_context.query
        if isinstance(query, CheckedQuery):
            self.execution_context.graphql_document = query.document
        yield

    def on_validate(self) -> Iterator[None]:
        if isinstance(self.execution_context.query, CheckedQuery):
            self.execution_context.pre_execution_errors = []
        yield


class QuietSchema(strawberry.Schema):
    """A `strawberry.Schema` that logs nothing and runs a `CheckedQuery` without parsing it again.

    It takes what `strawberry.Schema` takes.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # strawberry judges its @oneOf inputs itself, knowing no path; graphql-core does so with one.
        for kind in self._schema.type_map.values():
            if isinstance(kind, GraphQLInputObjectType):
                kind.is_one_of = kind.extensions["strawberry-definition"].is_one_of

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing: see the module's docstring."""

    def get_extensions(self, sync: bool = False) -> list[SchemaExtension]:
        """Return this request's extensions: those of the constructor, then the one for checked queries."""
        return [*super().get_extensions(sync), _TakesCheckedQuery()]
