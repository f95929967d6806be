"""The schema class: strawberry's, for documents that the server has parsed and validated.

strawberry logs every error of every response with its message, and a message may hold what a user typed (a password,
a learner's name). The server decides what is worth a log line, and logs no values.
"""

from collections.abc import Iterable

import strawberry
from graphql import GraphQLError, GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext


class Schema(strawberry.Schema):
    """A ``strawberry.Schema`` that logs nothing and gives the server graphql-core's schema to execute.

    strawberry's extensions would not run then, so it takes none.
    """

    def __init__(
        self,
        query: type,
        mutation: type | None = None,
        subscription: type | None = None,
        *,
        types: Iterable[type] = (),
        config: StrawberryConfig | None = None,
    ) -> None:
        super().__init__(query, mutation, subscription, types=types, config=config)
        # strawberry checks its @oneOf inputs itself, without a path; graphql-core's check has one.
        for graphql_type in self.graphql_schema.type_map.values():
            if isinstance(graphql_type, GraphQLInputObjectType):
                graphql_type.is_one_of = graphql_type.extensions["strawberry-definition"].is_one_of

    @property
    def graphql_schema(self) -> GraphQLSchema:
        """Return graphql-core's schema, which strawberry makes but does not publish."""
        return self._schema

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing: see the module's docstring."""
