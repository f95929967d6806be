"""Validation of documents against the schema, with an error code for each error.

Variable values are validated in ``variables``.
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
from server.protocol.value_free import UNSPECIFIC, without_values


class LiteralsOfCorrectTypeRule(ValuesOfCorrectTypeRule):
    """The specification's rule "Values of Correct Type", with the input path added to each error.

    A path starts with the name of the argument, or of the variable whose default value is invalid.
    """

    path_root = ""

    def enter_argument(self, node: ArgumentNode, *_args: Any) -> None:
        """Remember the argument whose literals are visited next."""
        self.path_root = node.name.value

    def enter_variable_definition(self, node: VariableDefinitionNode, *_args: Any) -> None:
        """Remember the variable whose default value is visited next."""
        self.path_root = node.variable.name.value

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
        """Validate a literal as a whole, and skip the nodes inside it."""

        def report(error: GraphQLError, path: list[str | int]) -> None:
            extensions = {"code": Code.BAD_USER_INPUT.value, "path": [self.path_root, *map(str, path)]}
            # The message of an unexpected exception in a scalar comes from Python and would not help a client.
            message = without_values(error.message) if error.original_error is None else UNSPECIFIC
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

    ``hide_suggestions`` omits "Did you mean" suggestions, which would reveal names in the schema.
    """
    errors = validate(schema, document, RULES, hide_suggestions=hide_suggestions)
    return [with_code(error, _code(error)) for error in errors]


def fragment_cycle_errors(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """Return the errors for fragment cycles, which must be ruled out before any other rule runs."""
    errors = validate(schema, document, [NoFragmentCyclesRule])
    return [with_code(error, Code.GRAPHQL_VALIDATION_FAILED) for error in errors]


def with_code(error: GraphQLError, code: Code) -> GraphQLError:
    """Return the error with this code, unless it already has one."""
    error.extensions = {"code": code.value, **(error.extensions or {})}
    return error


def _code(error: GraphQLError) -> Code:
    # strawberry's own rule checks literals too, but reports no path.
    return Code.BAD_USER_INPUT if isinstance(error, StrawberryInputCoercionError) else Code.GRAPHQL_VALIDATION_FAILED
