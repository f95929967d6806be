"""Which operation of a document is executed, like ``GetOperation`` in the GraphQL specification."""

from collections.abc import Mapping
from typing import TypeVar

from graphql import DocumentNode, OperationDefinitionNode

from server.protocol.error_codes import Code
from server.protocol.request_errors import request_error

T = TypeVar("T")


def select_operation(operations: Mapping[str | None, T], name: str | None) -> T:
    """Return the operation with this name, or the only one if there is no name. Raises GraphQLRequestError."""
    if name is None and len(operations) == 1:
        (only,) = operations.values()
        return only
    operation = operations.get(name) if name else None
    if operation is not None:
        return operation
    message = (
        "The document has several operations: operationName must name one"
        if name is None
        else "The document has no operation of this name"
    )
    raise request_error(message, Code.OPERATION_RESOLUTION_FAILURE)


def operations_of(document: DocumentNode) -> dict[str | None, OperationDefinitionNode]:
    """Return the operations of a document by name; an anonymous operation has the name None."""
    return {
        node.name.value if node.name else None: node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }
