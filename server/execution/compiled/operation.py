"""Operations that are compiled when they are first executed."""

from collections.abc import Callable
from typing import Any

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType, Undefined
from graphql.execution import VariableValues

from server.execution.compiled.execution import Unfinished, execute_concurrently, execute_serially
from server.execution.compiled.plan import Plan, compile_plan
from server.execution.compiled.reasons import NotCompiledError, Reason
from server.execution.compiled.registry import Registry
from server.execution.compiled.selections import condition_variables, fragments_of
from server.execution.compiled.turns import Turn

MAX_VARIANTS = 16
"""The most combinations of values of the variables in ``@skip`` and ``@include`` for which an operation is compiled."""

_LEAST_LENGTH = 400
"""The characters of source that take as much memory as a plan without any."""


class CompiledOperation:
    """An operation of a valid document, compiled once for each combination of values in its directives.

    ``on_compiled`` is called each time with the length of what has been compiled: in memory, it takes some 7 bytes for each
    character.
    """

    def __init__(
        self,
        registry: Registry,
        document: DocumentNode,
        definition: OperationDefinitionNode,
        on_compiled: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._registry = registry
        self._on_compiled = on_compiled
        self._definition = definition
        self._fragments = fragments_of(document)
        self._conditions: tuple[str, ...] | Reason
        try:
            self._conditions = condition_variables(definition, self._fragments)
        except NotCompiledError as error:
            self._conditions = error.reason
        self._variants: dict[tuple[Any, ...], Plan | Reason] = {}

    async def execute(
        self, variables: VariableValues, context: Any, root_value: Any = None, turn: Turn | None = None
    ) -> dict[str, Any] | Unfinished:
        """Execute the operation, and return its ``data``, or Unfinished if graphql-core is to do it.

        ``root_value`` is the event if the operation is a subscription. ``turn`` counts the work, and interrupts it.
        """
        plan = self.plan(variables)
        if isinstance(plan, Reason):
            return Unfinished(plan)
        try:
            run = plan.run(variables, context, root_value, turn)
            arguments = plan.root_arguments(variables)
        except NotCompiledError as error:
            return Unfinished(error.reason)
        is_mutation = self._definition.operation is OperationType.MUTATION
        try:
            return await (execute_serially if is_mutation else execute_concurrently)(plan, run, arguments)
        finally:
            run.close()

    def plan(self, variables: VariableValues) -> Plan | Reason:
        """Return the operation compiled for these variables, or the reason why it is not."""
        if isinstance(self._conditions, Reason):
            return self._conditions
        values = tuple([variables.coerced.get(name, Undefined) for name in self._conditions])
        plan = self._variants.get(values)
        if plan is None:
            if not all(isinstance(value, bool) for value in values):
                return Reason.CONDITIONS
            if len(self._variants) >= MAX_VARIANTS:
                return Reason.VARIANTS
            plan = self._variants[values] = self._compile(variables)
        return plan

    def _compile(self, variables: VariableValues) -> Plan | Reason:
        try:
            plan = compile_plan(self._registry, self._definition, self._fragments, variables)
        except NotCompiledError as error:
            return error.reason
        except (GraphQLError, RecursionError):
            return Reason.UNSUPPORTED
        self._on_compiled(_LEAST_LENGTH + len(plan.source))
        return plan
