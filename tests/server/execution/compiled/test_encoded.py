"""Tests of what is kept of encoded output, and of how much memory it takes."""

import orjson

from server.execution.compiled.encoded import EncodedField, EncodedOutput


def add(outputs: EncodedOutput, selection: str, row: int) -> None:
    field = EncodedField(outputs, selection, lambda row: row)
    field.add(field.key(row), field.encode(["value"]))


def is_kept(outputs: EncodedOutput, selection: str, row: int) -> bool:
    return outputs.get((selection, row)) is not None


def test_the_output_used_least_recently_is_forgotten() -> None:
    outputs = EncodedOutput(orjson.dumps, orjson.Fragment, max_bytes=1_300)
    for row in (1, 2, 3):
        add(outputs, "{ key }", row)
    assert is_kept(outputs, "{ key }", 1)
    add(outputs, "{ key }", 4)
    assert [is_kept(outputs, "{ key }", row) for row in (1, 2, 3, 4)] == [True, False, True, True]


def test_long_selections_count_even_if_they_select_little() -> None:
    outputs = EncodedOutput(orjson.dumps, orjson.Fragment, max_bytes=100_000)
    selections = [f"{{ ... TextField {{ {'key ' * 5_000} }} ... {number} }}" for number in range(10)]
    for selection in selections:
        add(outputs, selection, 1)
    assert sum(is_kept(outputs, selection, 1) for selection in selections) == 4
    assert outputs.size < 100_000


def test_output_that_is_larger_than_all_that_is_kept_is_encoded_each_time() -> None:
    outputs = EncodedOutput(orjson.dumps, orjson.Fragment, max_bytes=100)
    add(outputs, "{ key }", 1)
    add(outputs, "{ key }", 1)
    assert (outputs.encodings, outputs.size, is_kept(outputs, "{ key }", 1)) == (2, 0, False)
