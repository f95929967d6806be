"""SQL statements with named parameters."""

import datetime as dt

import pytest

from services.kernel.sql import NamedParameterStatement


def test_each_name_has_one_position() -> None:
    statement = NamedParameterStatement("SELECT :first, :second_value::uuid, :first WHERE 'a:b' = ':' || now()::text")
    assert statement.text == "SELECT $1, $2::uuid, $1 WHERE 'a:b' = ':' || now()::text"
    assert statement.names == ("first", "second_value")


async def test_values_are_bound_by_name(database: str) -> None:
    statement = NamedParameterStatement("SELECT :day::date AS day, :number::int + 1 AS more, :number::int AS number")
    (row,) = await statement.fetch(number=1, day=dt.date(2026, 9, 1))
    assert dict(row) == {"day": dt.date(2026, 9, 1), "more": 2, "number": 1}


@pytest.mark.parametrize("values", [{}, {"number": 1, "other": 2}, {"other": 1}])
async def test_missing_and_unknown_names_are_rejected(values: dict[str, int]) -> None:
    with pytest.raises(TypeError, match="The statement takes number"):
        await NamedParameterStatement("SELECT :number::int").fetch(**values)
