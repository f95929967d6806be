"""Validation of documents against the schema, with an error code for each error.

Variable values are validated in ``variables``.
"""

from contextlib import suppress
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
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

MAX_ERRORS = 50
_PRINTED_VALUES = 1_000


class EnoughErrors(Exception):  # noqa: N818 - ends a validation whose other errors are not reported
    """Raised when a value has as many errors as are reported."""


def _reportable_errors(values: int) -> int:
    """Return how many errors of a value are reported that consists of this many values.

    graphql-core prints the whole value for each of its messages, so the time for all errors would be quadratic.
    """
    return max(1, min(MAX_ERRORS, _PRINTED_VALUES // max(1, values)))


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

        if not input_type:
            return SKIP
        remaining = _reportable_errors(_count_values(node))

        def report(error: GraphQLError, path: list[str | int]) -> None:
            nonlocal remaining
            extensions = {"code": Code.BAD_USER_INPUT.value, "path": [self.path_root, *map(str, path)]}
            # The message of an unexpected exception in a scalar comes from Python and would not help a client.
            message = without_values(error.message) if error.original_error is None else UNSPECIFIC
            self.report_error(GraphQLError(message, error.nodes or node, extensions=extensions))
            remaining -= 1
            if not remaining:
                raise EnoughErrors

        with suppress(EnoughErrors):
            validate_input_literal(node, input_type, report, None, None, self.context.hide_suggestions)
        return SKIP


def _count_values(node: ValueNode) -> int:
    """Count a literal and all literals in it."""
    literals: list[ValueNode] = [node]
    for literal in literals:  # which grows meanwhile
        if isinstance(literal, ListValueNode):
            literals += literal.values
        elif isinstance(literal, ObjectValueNode):
            literals += (entry.value for entry in literal.fields)
    return len(literals)


RULES = (
    *(LiteralsOfCorrectTypeRule if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
)


def validation_errors(schema: GraphQLSchema, document: DocumentNode, *, only_one: bool = False) -> list[GraphQLError]:
    """Return the validation errors of a document; with ``only_one``, end at the first and suggest no other names."""
    errors = validate(schema, document, RULES, max_errors=1 if only_one else None, hide_suggestions=only_one)
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
