"""The migrations and the models say the same."""

from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from models.database import APPS, OFFLINE, migrate, pending_migrations


async def test_models_have_no_change_that_no_migration_makes() -> None:
    async with TortoiseContext() as context:
        await context.init(config=OFFLINE)
        assert context.apps is not None
        changes = await MigrationAutodetector(context.apps, APPS).changes()
    assert [str(change.operations) for change in changes] == [], (
        "write one with: .venv/bin/tortoise makemigrations models"
    )


async def test_a_migrated_database_lacks_nothing(database: str) -> None:
    assert await pending_migrations() == []
    await migrate()
    assert await pending_migrations() == []
