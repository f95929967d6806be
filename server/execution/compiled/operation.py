"""Operations that are compiled when they are first executed."""

import asyncio
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
        self._compiling: dict[tuple[Any, ...], asyncio.Future[Plan | Reason]] = {}

    async def execute(
        self, variables: VariableValues, context: Any, root_value: Any = None, turn: Turn | None = None
    ) -> dict[str, Any] | Unfinished:
        """Execute the operation, and return its ``data``, or Unfinished if graphql-core is to do it.

        ``root_value`` is the event if the operation is a subscription. ``turn`` counts the work, and interrupts it.
        """
        plan = self._variants.get(self._key(variables))
        if plan is None:
            plan = self.plan(variables, await self._compiled_elsewhere(variables))
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

    def plan(self, variables: VariableValues, compiled: "Plan | Reason | None" = None) -> Plan | Reason:
        """Return the operation compiled for these variables, or the reason why it is not.

        ``compiled`` is what it has been compiled to for them, unless it is to be compiled now.
        """
        if isinstance(self._conditions, Reason):
            return self._conditions
        values = self._key(variables)
        plan = self._variants.get(values)
        if plan is None:
            if (reason := self._obstacle(values)) is not None:
                return reason
            plan = self._variants[values] = compiled or self._compile(variables)
            if isinstance(plan, Plan):
                self._on_compiled(_LEAST_LENGTH + len(plan.source))
        return plan

    async def _compiled_elsewhere(self, variables: VariableValues) -> Plan | Reason | None:
        """Compile the operation beside the event loop, once for all that wait for it, if it is to be compiled there."""
        key, compute = self._key(variables), self._registry.compute
        if compute is None or isinstance(self._conditions, Reason) or self._obstacle(key) is not None:
            return None
        task = self._compiling.get(key)
        if task is None:
            task = self._compiling[key] = asyncio.ensure_future(compute(self._compile, variables))
            task.add_done_callback(lambda _: self._compiling.pop(key, None))
        return await asyncio.shield(task)

    def _key(self, variables: VariableValues) -> tuple[Any, ...]:
        """Return the values on which the plan depends."""
        if isinstance(self._conditions, Reason):
            return ()
        return tuple([variables.coerced.get(name, Undefined) for name in self._conditions])

    def _obstacle(self, values: tuple[Any, ...]) -> Reason | None:
        """Return the reason why the operation is not compiled for values that are new."""
        if not all(isinstance(value, bool) for value in values):
            return Reason.CONDITIONS
        return Reason.VARIANTS if len(self._variants) >= MAX_VARIANTS else None

    def _compile(self, variables: VariableValues) -> Plan | Reason:
        try:
            plan = compile_plan(self._registry, self._definition, self._fragments, variables)
        except NotCompiledError as error:
            return error.reason
        except (GraphQLError, RecursionError):
            return Reason.UNSUPPORTED
        return plan
