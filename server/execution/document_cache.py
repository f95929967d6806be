"""Documents: parsed, measured, limited and validated once, kept while they are in use."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
)

from schema.base import CheckedQuery
from server.execution.cost.cost import Cost
from server.execution.cost.limits import exceeded
from server.execution.cost.measure import Measuring
from server.execution.cost.pricing import Pricing
from server.execution.root_fields import root_fields
from server.execution.validation import cycles, violations, with_code
from server.limits import Limits
from server.protocol.error_codes import Code
from server.protocol.request_errors import GraphQLRequestError, limit_exceeded

NESTED = "The document's fragments are nested too deeply"
ABORTED = {"tokens": "tokens", "comments": "tokens", "nested": "depth"}
"""What the parser's own limits say, and the limit's name here."""


@dataclass(frozen=True, slots=True)
class PlannedOperation:
    """One operation of a checked document: all of it that is no variable's."""

    definition: OperationDefinitionNode
    fields: tuple[str, ...]
    """The names of those on the first level."""
    cost: Cost
    given: int
    """How many of its fields take a variable."""
    introspects: bool


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document that is valid and within the limits, with its operations by name."""

    query: CheckedQuery
    operations: Mapping[str | None, PlannedOperation]


class DocumentCache:
    """Checks documents for one schema and keeps the valid ones, the least recently used going first.

    `max_kept` bounds the sum of all kept texts in characters (a parsed one takes up to 300 times its text in bytes);
    a single text of more than a tenth of it is not kept.
    """

    def __init__(self, schema: GraphQLSchema, limits: Limits | None = None, *, max_kept: int = 200_000) -> None:
        self._schema = schema
        self._pricing = Pricing(schema)
        self._limits = limits or Limits()
        self._max_kept = max_kept
        self._kept: OrderedDict[str, CheckedDocument] = OrderedDict()
        self._kept_length = 0

    def __contains__(self, text: str) -> bool:
        """Whether a document is kept: to check it costs nothing."""
        return text in self._kept

    def check(self, text: str, *, suggest: bool = True) -> CheckedDocument:
        """Return the checked document; raises GraphQLRequestError with all that is wrong with it.

        `suggest` says whether the errors may name parts of the schema that were perhaps meant.
        """
        checked = self._kept.get(text)
        if checked is None:
            checked = self._read(text, suggest=suggest)
            self._keep(text, checked)
        else:
            self._kept.move_to_end(text)
        return checked

    def _read(self, text: str, *, suggest: bool) -> CheckedDocument:
        document = self._parse(text)
        measuring = self._measure(document)
        errors = exceeded(document, measuring, self._limits) or violations(self._schema, document, suggest=suggest)
        if errors:
            raise GraphQLRequestError(errors)
        operations = {
            node.name.value if node.name else None: PlannedOperation(
                node, root_fields(document, node), measures.cost, measures.given, measures.introspects
            )
            for node, measures in measuring.operations
        }
        return CheckedDocument(CheckedQuery(text, document), operations)

    def _measure(self, document: DocumentNode) -> Measuring:
        try:
            measuring = Measuring(document, self._pricing)
        except RecursionError:
            extensions = {"code": Code.LIMIT_EXCEEDED.value, "limit": "depth", "allowed": self._limits.max_depth}
            raise GraphQLRequestError([GraphQLError(NESTED, extensions=extensions)]) from None
        if measuring.cyclic:
            raise GraphQLRequestError(cycles(self._schema, document))
        return measuring

    def _parse(self, text: str) -> DocumentNode:
        limits = self._limits
        if len(text) > limits.max_document_length:
            what = "The document's length in characters"
            raise GraphQLRequestError([limit_exceeded("documentLength", what, len(text), limits.max_document_length)])
        try:
            return parse(text, max_lexical_tokens=limits.max_tokens, max_comments=limits.max_tokens)
        except GraphQLSyntaxError as error:
            raise GraphQLRequestError([self._syntax(error)]) from None

    def _syntax(self, error: GraphQLSyntaxError) -> GraphQLError:
        for word, limit in ABORTED.items():
            if word in error.message and error.message.endswith("Parsing aborted."):
                error.extensions = {"limit": limit}
                return with_code(error, Code.LIMIT_EXCEEDED)
        return with_code(error, Code.GRAPHQL_PARSE_FAILED)

    def _keep(self, text: str, checked: CheckedDocument) -> None:
        if len(text) > self._max_kept // 10:
            return
        self._kept[text] = checked
        self._kept_length += len(text)
        while self._kept_length > self._max_kept:
            dropped, _ = self._kept.popitem(last=False)
            self._kept_length -= len(dropped)
