"""The base class of the migrations: Tortoise's, but for needless copies of the models' state."""

from tortoise.migrations import operations as ops
from tortoise.migrations.migration import Migration as TortoiseMigration
from tortoise.migrations.operations import Operation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

IGNORE_OLD_STATE = (ops.AddField, ops.AddIndex, ops.CreateModel, ops.RunSQL)
"""The operations that do not look at the state before them when they are applied."""


class Migration(TortoiseMigration):
    """A migration that copies the state of all models only where an operation looks at it.

    Tortoise makes a copy for each operation, which takes three quarters of the time of migrating an empty database: most
    operations are plain SQL.
    """

    async def apply(
        self,
        state: State,
        *,
        dry_run: bool = False,
        schema_editor: BaseSchemaEditor | None = None,
        collect_sql: bool = False,
    ) -> State:
        """Execute the operations, and change the state of the models accordingly."""
        if dry_run or schema_editor is None or collect_sql:
            return await super().apply(state, dry_run=dry_run, schema_editor=schema_editor, collect_sql=collect_sql)
        for operation in self.operations:
            old_state = state if isinstance(operation, IGNORE_OLD_STATE) else state.clone()
            operation.state_forward(self.app_label, state)
            await self._run_database_forward(operation, old_state, state, schema_editor, True)
        return state

    async def unapply(
        self,
        state: State,
        *,
        dry_run: bool = False,
        schema_editor: BaseSchemaEditor | None = None,
        collect_sql: bool = False,
    ) -> State:
        """Execute the reverse of the operations, given the state before the migration, which is not changed."""
        if dry_run or schema_editor is None or collect_sql or not all(one.reversible for one in self.operations):
            return await super().unapply(state, dry_run=dry_run, schema_editor=schema_editor, collect_sql=collect_sql)
        steps: list[tuple[Operation, State, State]] = []
        for operation in self.operations:
            new_state = state if isinstance(operation, ops.RunSQL) else state.clone()
            operation.state_forward(self.app_label, new_state)
            steps.append((operation, new_state, state))
            state = new_state
        first_state = steps[0][2]
        for operation, from_state, to_state in reversed(steps):
            await self._run_database_backward(operation, from_state, to_state, schema_editor, True)
        return first_state
