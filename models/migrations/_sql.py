"""Read the SQL of the migrations: one statement a file, in ``sql/<number of the migration>/``."""

from pathlib import Path


def read_sql(name: str) -> str:
    """Return the statement of ``sql/<name>.sql``, such as ``0006/list_trackers``."""
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text("utf-8")
