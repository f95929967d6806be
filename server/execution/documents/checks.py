"""Checks documents: parses and measures them, compares them with the limits, and validates them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    parse,
)

from server.execution.compiled.inputs import OperationVariables
from server.execution.compiled.operation import CompiledOperation
from server.execution.cost.document_limits import exceeded_limits
from server.execution.cost.document_measures import DocumentMeasures, measure
from server.execution.cost.expression import Cost
from server.execution.cost.overlapping_fields import count_repeated_fields
from server.execution.cost.pricing import Pricing
from server.execution.cost.request_prices import repeated_price
from server.execution.cost.selection_measures import Measures
from server.execution.documents.validation import fragment_cycle_errors, validation_errors, with_code
from server.execution.event_traits import EventTraits, find_event_traits
from server.limits import Limits
from server.protocol.error_codes import Code
from server.protocol.request_errors import GraphQLRequestError, limit_exceeded
from server.protocol.value_free import syntax_error_without_values

_NESTED_TOO_DEEPLY = "The document's fragments are nested too deeply"
_PARSER_LIMITS = {"tokens": "tokens", "comments": "tokens", "nested": "depth"}
"""The name of the exceeded limit, by a word that occurs in the error message of graphql-core's parser."""


Pay: TypeAlias = Callable[[int], object]
"""Charges the client for work that is about to be done. Raises GraphQLRequestError."""


@dataclass(frozen=True, slots=True)
class MeasuredDocument:
    """A parsed document within the limits, which has not been validated yet."""

    document: DocumentNode
    operations: Sequence[tuple[OperationDefinitionNode, Measures]]
    validation_price: int
    """What its validation costs, beyond the price of its length."""


@dataclass(frozen=True, slots=True)
class CheckedOperation:
    """An operation of a checked document, with everything about it that does not depend on variables."""

    definition: OperationDefinitionNode
    root_fields: tuple[str, ...]
    cost: Cost
    fields_with_variables: int
    """The number of fields that have an argument containing a variable."""
    event_traits: EventTraits | None
    """What the results of a subscription's events depend on; None for other operations."""
    compiled: CompiledOperation | None = None
    """None if the compiled executor is off, or the document too long to be cached."""
    variables: OperationVariables | None = None
    """None if graphql-core coerces the variables."""


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A valid document within the limits, with its operations by name; an anonymous operation has the name None."""

    document: DocumentNode
    operations: Mapping[str | None, CheckedOperation]


class DocumentChecker:
    """Checks documents against a schema and the limits; with ``only_one_error``, validation ends at the first error."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, only_one_error: bool = False) -> None:
        self._schema = schema
        self._limits = limits
        self._pricing = Pricing(schema)
        self._only_one_error = only_one_error

    def parse(self, text: str) -> DocumentNode:
        """Parse a document. Raises GraphQLRequestError."""
        limits = self._limits
        if len(text) > limits.max_document_length:
            subject = "The document's length in characters"
            raise GraphQLRequestError(
                [limit_exceeded("documentLength", subject, len(text), limits.max_document_length)]
            )
        try:
            return parse(text, max_lexical_tokens=limits.max_tokens, max_comments=limits.max_tokens)
        except GraphQLSyntaxError as error:
            raise GraphQLRequestError([_syntax_error(error)]) from None

    def measure(self, document: DocumentNode) -> MeasuredDocument:
        """Measure a parsed document. Raises GraphQLRequestError with all limits that it exceeds."""
        measures = self._measure(document)
        repeated = self._count_repeated(document, measures)
        if errors := exceeded_limits(measures, repeated, self._limits):
            raise GraphQLRequestError(errors)
        return MeasuredDocument(document, measures.operations, repeated_price(repeated))

    def validate(self, measured: MeasuredDocument) -> CheckedDocument:
        """Validate a document whose validation has been paid. Raises GraphQLRequestError with all of its errors."""
        document = measured.document
        if errors := validation_errors(self._schema, document, only_one=self._only_one_error):
            raise GraphQLRequestError(errors)
        return CheckedDocument(document, _operations(document, measured.operations))

    def _count_repeated(self, document: DocumentNode, measures: DocumentMeasures) -> int:
        # Counting takes time linear in the number of selections, so only do it if there are not too many.
        return count_repeated_fields(document) if measures.selections <= self._limits.max_selections else 0

    def _measure(self, document: DocumentNode) -> DocumentMeasures:
        try:
            measures = measure(document, self._pricing)
        except RecursionError:
            extensions = {"code": Code.LIMIT_EXCEEDED.value, "limit": "depth", "allowed": self._limits.max_depth}
            raise GraphQLRequestError([GraphQLError(_NESTED_TOO_DEEPLY, extensions=extensions)]) from None
        if measures.has_cycle:
            raise GraphQLRequestError(fragment_cycle_errors(self._schema, document))
        return measures


def _operations(
    document: DocumentNode, measured: Sequence[tuple[OperationDefinitionNode, Measures]]
) -> dict[str | None, CheckedOperation]:
    return {
        node.name.value if node.name else None: CheckedOperation(
            node,
            _root_fields(document, node),
            measures.cost,
            measures.fields_with_variables,
            find_event_traits(document, node) if node.operation is OperationType.SUBSCRIPTION else None,
        )
        for node, measures in measured
    }


def _syntax_error(error: GraphQLSyntaxError) -> GraphQLError:
    for word, limit in _PARSER_LIMITS.items():
        if word in error.message and error.message.endswith("Parsing aborted."):
            error.extensions = {"limit": limit}
            return with_code(error, Code.LIMIT_EXCEEDED)
    error.message = syntax_error_without_values(error)
    return with_code(error, Code.GRAPHQL_PARSE_FAILED)


def _root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> tuple[str, ...]:
    """Return the distinct names of an operation's root fields, including those in fragments."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    pending = [operation.selection_set]
    names: dict[str, None] = {}
    while pending:
        for selection in pending.pop().selections:
            if isinstance(selection, FieldNode):
                names[selection.name.value] = None
            elif isinstance(selection, InlineFragmentNode):
                pending.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value in fragments:
                pending.append(fragments.pop(selection.name.value).selection_set)
    return tuple(names)
