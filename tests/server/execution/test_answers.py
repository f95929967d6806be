"""The scalars whose values orjson writes by itself, and spliced output."""

import datetime as dt
import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.declaration.scalars import DATE, DATE_TIME, SCALARS
from server.execution.answers import ENCODING, NATIVE_SCALARS
from server.protocol.messages import encode

offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
moments = st.datetimes(timezones=st.none() | st.just(dt.UTC) | offsets)


def test_native_scalars_are_those_of_the_schema() -> None:
    assert NATIVE_SCALARS.items() <= {scalar.name: python_class for python_class, scalar in SCALARS.items()}.items()


@given(st.dates())
def test_a_date_is_written_as_its_scalar_writes_it(day: dt.date) -> None:
    assert DATE.serialize is not None
    assert encode(day) == encode(DATE.serialize(day))


@given(moments)
def test_a_moment_is_written_as_its_scalar_writes_it(moment: dt.datetime) -> None:
    assert DATE_TIME.serialize is not None
    assert encode(moment) == encode(DATE_TIME.serialize(moment))


@pytest.mark.parametrize("text", ["plain", "\ud800"])
def test_spliced_output_also_beside_a_lone_surrogate(text: str) -> None:
    spliced = ENCODING.splice(ENCODING.encode({"a": [1, None]}))
    value = {"text": text, "form": spliced, "on": dt.date(2026, 1, 2), "at": dt.datetime(2026, 1, 2, tzinfo=dt.UTC)}
    decoded = json.loads(encode(value))
    assert decoded == {"text": text, "form": {"a": [1, None]}, "on": "2026-01-02", "at": "2026-01-02T00:00:00+00:00"}


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(orjson.JSONEncodeError):
        encode(object())
