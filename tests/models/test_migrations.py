"""The migrations make the schema of the models, and depend on nothing that changes."""

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from models.database import APPS, OFFLINE_CONFIGURATION, migrate, pending_migrations
from tests.support.paths import ROOT

MIGRATIONS = ROOT / "models" / "migrations"


async def test_every_change_of_the_models_has_a_migration() -> None:
    async with TortoiseContext() as context:
        await context.init(config=OFFLINE_CONFIGURATION)
        assert context.apps is not None
        changes = await MigrationAutodetector(context.apps, APPS).changes()
    assert [str(change.operations) for change in changes] == [], "run `make migration`"


async def test_a_migrated_database_has_no_pending_migrations(database: str) -> None:
    assert await pending_migrations() == []
    await migrate()
    assert await pending_migrations() == []


def test_migrations_import_nothing_that_changes_with_the_application() -> None:
    """``makemigrations`` writes imports of enums and codecs of ``models``: replace them by literals."""
    imported = {
        f"{file.name}: {name}"
        for file in MIGRATIONS.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        for name in _imported_modules(node)
        if name.partition(".")[0] not in {"enum", "pathlib", "tortoise"} and name != "models.migrations._sql"
    }
    assert imported == set()


def _imported_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [str(node.module)] if isinstance(node, ast.ImportFrom) else []


def test_a_wheel_has_the_sql_of_the_migrations(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    files = {str(file.relative_to(ROOT)) for file in MIGRATIONS.glob("sql/*/*.sql")}
    assert files
    assert files - {*zipfile.ZipFile(wheel).namelist()} == set()
