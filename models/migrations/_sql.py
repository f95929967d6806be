"""Access to the SQL files of the migrations, ``sql/<number of the migration>/<name>.sql``, one statement per file."""

from pathlib import Path


def read_sql(name: str) -> str:
    """Return the contents of ``sql/<name>.sql``, where ``name`` is, for example, ``0006/list_trackers``."""
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text("utf-8")
