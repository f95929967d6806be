"""Tests of which errors are a database outage."""

import asyncio

import asyncpg
import pytest
from tortoise.exceptions import DBConnectionError

from server.observability.outage import is_outage


async def test_connection_errors() -> None:
    """Errors in connecting to the database are an outage, but the same errors from elsewhere are not."""
    with pytest.raises(OSError) as refused:
        await asyncpg.connect(host="127.0.0.1", port=1, user="a", database="a")
    assert is_outage(refused.value)
    with pytest.raises(OSError) as no_socket:
        await asyncpg.connect(host="/nowhere/at/all", user="a", database="a")
    assert is_outage(no_socket.value)
    with pytest.raises(OSError) as elsewhere:
        await asyncio.open_connection("127.0.0.1", 1)
    assert not is_outage(elsewhere.value)


def _with_cause(error: Exception) -> Exception:
    try:
        try:
            raise error
        except Exception as cause:
            raise RuntimeError from cause
    except RuntimeError as raised:
        return raised


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (asyncpg.ConnectionDoesNotExistError(), True),
        (asyncpg.CannotConnectNowError(), True),
        (asyncpg.AdminShutdownError(), True),
        (asyncpg.TooManyConnectionsError(), True),
        (asyncpg.InternalClientError(), True),
        (DBConnectionError(), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (_with_cause(asyncpg.AdminShutdownError()), True),
        (asyncpg.InterfaceError("cannot perform operation: another operation is in progress"), False),
        (asyncpg.UndefinedTableError(), False),
        (asyncpg.UniqueViolationError(), False),
        (ConnectionResetError(), False),
        (TimeoutError(), False),
        (_with_cause(LookupError()), False),
    ],
    ids=repr,
)
def test_is_outage(error: Exception, expected: bool) -> None:
    assert is_outage(error) is expected
