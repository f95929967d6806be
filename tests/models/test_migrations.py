"""Tests that the migrations match the models and do not depend on application code."""

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


async def test_every_model_change_has_a_migration() -> None:
    async with TortoiseContext() as context:
        await context.init(config=OFFLINE_CONFIGURATION)
        assert context.apps is not None
        changes = await MigrationAutodetector(context.apps, APPS).changes()
    assert [str(change.operations) for change in changes] == [], "run `make migration`"


async def test_a_migrated_database_has_no_pending_migrations(database: str) -> None:
    assert await pending_migrations() == []
    await migrate()
    assert await pending_migrations() == []


def test_migrations_do_not_import_application_code() -> None:
    """Check the imports of the migrations, because ``makemigrations`` generates imports of enums from ``models``."""
    imports = {
        f"{file.name}: {name}"
        for file in MIGRATIONS.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        for name in _imported_modules(node)
        if name.partition(".")[0] not in {"enum", "pathlib", "tortoise", "typing", "unicodedata"}
        and name not in {"models.migrations", "models.migrations._sql"}
    }
    assert imports == set()


def _imported_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [str(node.module)] if isinstance(node, ast.ImportFrom) else []


def test_the_wheel_contains_the_sql_of_the_migrations(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    sql_files = {str(file.relative_to(ROOT)) for file in MIGRATIONS.glob("sql/*/*.sql")}
    assert sql_files
    assert sql_files - {*zipfile.ZipFile(wheel).namelist()} == set()
