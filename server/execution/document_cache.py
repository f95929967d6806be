"""A cache of documents that have been parsed, measured, checked against the limits and validated."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

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
from server.execution.compiled.reasons import NotCompiledError
from server.execution.compiled.registry import Registry
from server.execution.cost.document_limits import exceeded_limits
from server.execution.cost.document_measures import DocumentMeasures, measure
from server.execution.cost.expression import Cost
from server.execution.cost.pricing import Pricing
from server.execution.event_traits import EventTraits, find_event_traits
from server.execution.validation import fragment_cycle_errors, validation_errors, with_code
from server.limits import Limits
from server.protocol.error_codes import Code
from server.protocol.request_errors import GraphQLRequestError, limit_exceeded
from server.protocol.value_free import syntax_error_without_values

_SOURCE_PER_CHARACTER = 40
"""How many characters of the source of compiled operations take as much memory as one of a document."""
_NESTED_TOO_DEEPLY = "The document's fragments are nested too deeply"
_PARSER_LIMITS = {"tokens": "tokens", "comments": "tokens", "nested": "depth"}
"""The name of the exceeded limit, by a word that occurs in the error message of graphql-core's parser."""


@dataclass(frozen=True, slots=True)
class CheckedOperation:
    """An operation of a checked document, with everything about it that does not depend on variables."""

    definition: OperationDefinitionNode
    root_fields: tuple[str, ...]
    cost: Cost
    fields_with_variables: int
    """The number of fields that have an argument containing a variable."""
    introspects: bool
    compiled: CompiledOperation | None
    """None if the compiled executor is off, or the document too long to be cached."""
    variables: OperationVariables | None
    """None if graphql-core coerces the variables."""
    event_traits: EventTraits | None
    """What the results of a subscription's events depend on; None for other operations."""


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A valid document within the limits, with its operations by name; an anonymous operation has the name None."""

    document: DocumentNode
    operations: Mapping[str | None, CheckedOperation]


class DocumentCache:
    """Checks documents against a schema and caches the most recently used valid ones.

    ``max_length`` limits the total length of the cached documents in characters, because the memory taken by a parsed
    document can be 300 times the size of its text. Documents longer than a tenth of ``max_length`` are not cached.

    Operations are compiled when they are first executed, if there is a ``registry`` for that, and evicted with their
    document. They count as the length of text that would take as much memory.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits | None = None,
        registry: Registry | None = None,
        *,
        max_length: int = 200_000,
    ) -> None:
        self._schema = schema
        self._registry = registry
        self._pricing = Pricing(schema)
        self._limits = limits or Limits()
        self._max_length = max_length
        self._documents: OrderedDict[str, CheckedDocument] = OrderedDict()
        self._lengths: dict[str, int] = {}
        """The length of each cached document, its compiled operations included."""
        self._length = 0

    def __contains__(self, text: str) -> bool:
        """Return whether a document is cached, which makes checking it free."""
        return text in self._documents

    def check(self, text: str, *, hide_suggestions: bool = False) -> CheckedDocument:
        """Return the checked document. Raises GraphQLRequestError with all of its errors.

        ``hide_suggestions`` omits "Did you mean" suggestions, which would reveal names in the schema.
        """
        checked = self._documents.get(text)
        if checked is None:
            checked = self._check(text, hide_suggestions=hide_suggestions)
            self._store(text, checked)
        else:
            self._documents.move_to_end(text)
        return checked

    def _check(self, text: str, *, hide_suggestions: bool) -> CheckedDocument:
        document = self._parse(text)
        measures = self._measure(document)
        errors = exceeded_limits(document, measures, self._limits) or validation_errors(
            self._schema, document, hide_suggestions=hide_suggestions
        )
        if errors:
            raise GraphQLRequestError(errors)
        operations = {
            node.name.value if node.name else None: CheckedOperation(
                node,
                _root_fields(document, node),
                operation.cost,
                operation.fields_with_variables,
                operation.introspects,
                self._compiled(text, document, node),
                self._variables(node),
                find_event_traits(document, node) if node.operation is OperationType.SUBSCRIPTION else None,
            )
            for node, operation in measures.operations
        }
        return CheckedDocument(document, operations)

    def _compiled(
        self, text: str, document: DocumentNode, definition: OperationDefinitionNode
    ) -> CompiledOperation | None:
        if self._registry is None or not self._is_cacheable(text):
            return None
        return CompiledOperation(self._registry, document, definition, partial(self._count_compiled, text))

    def _variables(self, definition: OperationDefinitionNode) -> OperationVariables | None:
        if self._registry is None:
            return None
        try:
            return OperationVariables(self._schema, definition, self._registry.inputs)
        except NotCompiledError:
            return None

    def _parse(self, text: str) -> DocumentNode:
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

    def _measure(self, document: DocumentNode) -> DocumentMeasures:
        try:
            measures = measure(document, self._pricing)
        except RecursionError:
            extensions = {"code": Code.LIMIT_EXCEEDED.value, "limit": "depth", "allowed": self._limits.max_depth}
            raise GraphQLRequestError([GraphQLError(_NESTED_TOO_DEEPLY, extensions=extensions)]) from None
        if measures.has_cycle:
            raise GraphQLRequestError(fragment_cycle_errors(self._schema, document))
        return measures

    def _is_cacheable(self, text: str) -> bool:
        return len(text) <= self._max_length // 10

    def _store(self, text: str, checked: CheckedDocument) -> None:
        if not self._is_cacheable(text):
            return
        self._documents[text] = checked
        self._lengths[text] = 0
        self._add_length(text, len(text))

    def _count_compiled(self, text: str, compiled_length: int) -> None:
        if text in self._documents:  # an operation may be executed for longer than its document is cached
            self._add_length(text, compiled_length // _SOURCE_PER_CHARACTER)

    def _add_length(self, text: str, length: int) -> None:
        """Add to the length of a cached document, and evict others until the limit is kept."""
        self._lengths[text] += length
        self._length += length
        while self._length > self._max_length:
            evicted, _ = self._documents.popitem(last=False)
            self._length -= self._lengths.pop(evicted)


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
