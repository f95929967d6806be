"""Whether a document fits the schema; what is wrong with it, each error with its code.

What is refused here is the client's document; the user's values are judged in `variables`.
"""

from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    ValueNode,
    VariableDefinitionNode,
    VisitorAction,
    specified_rules,
    validate,
)
from graphql.language import SKIP
from graphql.type import GraphQLInputType
from graphql.utilities import validate_input_literal
from graphql.validation import NoFragmentCyclesRule, ValuesOfCorrectTypeRule
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from server.protocol.error_codes import Code


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
            extensions = {"code": Code.BAD_USER_INPUT.value, "path": where}
            # What a scalar failed by, rather than refused, is Python's own: it tells nothing that helps a client.
            message = error.message if error.original_error is None else "The value is not of its type."
            self.report_error(GraphQLError(message, error.nodes or node, extensions=extensions))

        if input_type:
            validate_input_literal(node, input_type, report, None, None, self.context.hide_suggestions)
        return SKIP


RULES = (
    *(LiteralsOfCorrectTypeRule if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
)


def violations(schema: GraphQLSchema, document: DocumentNode, *, suggest: bool) -> list[GraphQLError]:
    """All that is wrong with a document; `suggest` says whether the messages may name what was perhaps meant."""
    errors = validate(schema, document, RULES, hide_suggestions=not suggest)
    return [with_code(error, _code(error)) for error in errors]


def cycles(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """The fragments that spread themselves, which no other rule is to see."""
    errors = validate(schema, document, [NoFragmentCyclesRule])
    return [with_code(error, Code.GRAPHQL_VALIDATION_FAILED) for error in errors]


def with_code(error: GraphQLError, code: Code) -> GraphQLError:
    """The same error with a code, unless it has one of its own."""
    error.extensions = {"code": code.value, **(error.extensions or {})}
    return error


def _code(error: GraphQLError) -> Code:
    # strawberry's own rule judges literals too, but knows no path.
    return Code.BAD_USER_INPUT if isinstance(error, StrawberryInputCoercionError) else Code.GRAPHQL_VALIDATION_FAILED
