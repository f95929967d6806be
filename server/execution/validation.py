"""Validates documents against the schema; each error has a code.

These errors are of the client's document; the user's values are checked in ``variables``.
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
    """The specification's rule "Values of Correct Type", with the input path of each error.

    The path begins with the name of the argument, or of the variable whose default is wrong.
    """

    root = ""

    def enter_argument(self, node: ArgumentNode, *_args: Any) -> None:
        """Remember the argument that the next literals belong to."""
        self.root = node.name.value

    def enter_variable_definition(self, node: VariableDefinitionNode, *_args: Any) -> None:
        """Remember the variable that the next default belongs to."""
        self.root = node.variable.name.value

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
        """Check a whole literal; the values inside it are not visited again."""

        def report(error: GraphQLError, path: list[str | int]) -> None:
            extensions = {"code": Code.BAD_USER_INPUT.value, "path": [self.root, *map(str, path)]}
            # An exception that a scalar did not raise on purpose has a message of Python's, of no help to a client.
            message = error.message if error.original_error is None else "The value is not of its type."
            self.report_error(GraphQLError(message, error.nodes or node, extensions=extensions))

        if input_type:
            validate_input_literal(node, input_type, report, None, None, self.context.hide_suggestions)
        return SKIP


RULES = (
    *(LiteralsOfCorrectTypeRule if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
)


def validation_errors(schema: GraphQLSchema, document: DocumentNode, *, hide_suggestions: bool) -> list[GraphQLError]:
    """Return all validation errors of a document.

    ``hide_suggestions`` keeps names of the schema that were perhaps meant out of the messages.
    """
    errors = validate(schema, document, RULES, hide_suggestions=hide_suggestions)
    return [with_code(error, _code(error)) for error in errors]


def fragment_cycle_errors(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """Return the errors of fragments that spread themselves, which no other rule can cope with."""
    errors = validate(schema, document, [NoFragmentCyclesRule])
    return [with_code(error, Code.GRAPHQL_VALIDATION_FAILED) for error in errors]


def with_code(error: GraphQLError, code: Code) -> GraphQLError:
    """Give an error this code, unless it has one already, and return it."""
    error.extensions = {"code": code.value, **(error.extensions or {})}
    return error


def _code(error: GraphQLError) -> Code:
    # strawberry's own rule checks literals too, but knows no path.
    return Code.BAD_USER_INPUT if isinstance(error, StrawberryInputCoercionError) else Code.GRAPHQL_VALIDATION_FAILED
