"""Documents: parsed, limited and validated once, kept while they are in use.

What is refused here is the client's document; the user's values are judged in `execution`.
"""

from collections import OrderedDict
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    ValueNode,
    VariableDefinitionNode,
    VisitorAction,
    parse,
    specified_rules,
    validate,
)
from graphql.language import SKIP
from graphql.type import GraphQLInputType
from graphql.utilities import validate_input_literal
from graphql.validation import NoFragmentCyclesRule, ValuesOfCorrectTypeRule
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from schema.quiet import CheckedQuery
from server.selections import Selections

__all__ = ["BAD_USER_INPUT", "Documents", "RequestRefused"]

BAD_USER_INPUT = "BAD_USER_INPUT"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"


class RequestRefused(Exception):  # noqa: N818 - an answer, not a failure
    """A request error: nothing was executed, the answer has these errors and no `data`."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(f"{len(errors)} request errors")
        self.errors = errors


class LiteralsOfCorrectTypeRule(ValuesOfCorrectTypeRule):
    """The specification's rule "Values of Correct Type", naming the input path of what is wrong.

    The path begins with the argument's name, or with the variable's whose default is wrong.
    """

    place = ""

    def enter_argument(self, node: ArgumentNode, *_args: Any) -> None:
        """Note which argument the literals to come belong to."""
        self.place = node.name.value

    def enter_variable_definition(self, node: VariableDefinitionNode, *_args: Any) -> None:
        """Note which variable the default to come belongs to."""
        self.place = node.variable.name.value

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
        """Judge one whole literal; what lies inside it is not visited again."""

        def report(error: GraphQLError, path: list[str | int]) -> None:
            where = [self.place, *map(str, path)]
            extensions = {"code": BAD_USER_INPUT, "path": where}
            self.report_error(GraphQLError(error.message, error.nodes or node, extensions=extensions))

        if input_type:
            validate_input_literal(node, input_type, report, None, None, self.context.hide_suggestions)
        return SKIP


RULES = (
    *(LiteralsOfCorrectTypeRule if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
)


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {"code": code, **(error.extensions or {})}
    return error


def _code(error: GraphQLError) -> str:
    # strawberry's own rule judges literals too, but knows no path.
    return BAD_USER_INPUT if isinstance(error, StrawberryInputCoercionError) else VALIDATION_FAILED


class Documents:
    """Checks documents for one schema and keeps the valid ones, the least recently used going first.

    Sizes are in characters; `max_kept` bounds the sum of all kept texts (a parsed one takes up to 300 times its
    text in bytes) and a single text of more than a tenth of it is not kept. `max_selections` counts the
    selections with fragments spread out, which a document of few bytes can make exponential; `max_repeated`
    those that merge with another one, which the rule on overlapping fields takes the square of.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        max_length: int = 100_000,
        max_tokens: int = 10_000,
        max_selections: int = 2_000,
        max_repeated: int = 300,
        max_kept: int = 200_000,
    ) -> None:
        self._schema = schema
        self._max_length = max_length
        self._max_tokens = max_tokens
        self._max_selections = max_selections
        self._max_repeated = max_repeated
        self._max_kept = max_kept
        self._kept: OrderedDict[str, CheckedQuery] = OrderedDict()
        self._kept_length = 0

    def check(self, text: str) -> CheckedQuery:
        """Return the checked document; raises RequestRefused with all that is wrong with it."""
        checked = self._kept.get(text)
        if checked is None:
            checked = CheckedQuery(text, self._read(text))
            self._keep(checked)
        else:
            self._kept.move_to_end(text)
        return checked

    def _read(self, text: str) -> DocumentNode:
        try:
            document = parse(
                text,
                max_source_length=self._max_length,
                max_lexical_tokens=self._max_tokens,
                max_comments=self._max_tokens,
            )
        except GraphQLSyntaxError as error:
            raise RequestRefused([_coded(error, "GRAPHQL_PARSE_FAILED")]) from None
        self._limit(document)
        errors = validate(self._schema, document, RULES)
        if errors:
            raise RequestRefused([_coded(error, _code(error)) for error in errors])
        return document

    def _limit(self, document: DocumentNode) -> None:
        selections = Selections(document)
        try:
            total = selections.total()
            if selections.cyclic:
                cycles = validate(self._schema, document, [NoFragmentCyclesRule])
                raise RequestRefused([_coded(error, VALIDATION_FAILED) for error in cycles])
            if total > self._max_selections:
                message = f"The document selects more than {self._max_selections} fields in all"
            elif selections.repeated() > self._max_repeated:
                message = f"The document repeats more than {self._max_repeated} fields"
            else:
                return
        except RecursionError:
            message = "The document's fragments are nested too deeply"
        raise RequestRefused([_coded(GraphQLError(message), VALIDATION_FAILED)])

    def _keep(self, checked: CheckedQuery) -> None:
        if len(checked) > self._max_kept // 10:
            return
        self._kept[str(checked)] = checked
        self._kept_length += len(checked)
        while self._kept_length > self._max_kept:
            _, dropped = self._kept.popitem(last=False)
            self._kept_length -= len(dropped)
