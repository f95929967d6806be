"""Limits on a whole form: its choices, its patterns and its bytes."""

import asyncio
import datetime as dt
import time
from collections.abc import Sequence

import pytest

from services.forms.definitions import FieldKind, TypeDefinition
from services.kernel.computing import compute
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.tracker_types.input import ChoiceEntry, FieldEntry
from services.tracker_types.validate import check_definition

DAY = dt.date(2026, 9, 1)
LARGE_PATTERN = r"\p{L}{1,20}x"
"""Some 24,000 instructions."""

Problems = list[tuple[tuple[str, ...], ErrorCode]]


def choice_field(number: int, choices: int) -> FieldEntry:
    listed = [ChoiceEntry(value=f"value{n}", label=f"Label {n}") for n in range(choices)]
    return FieldEntry(key=f"list{number}", label="List", kind=FieldKind.CHOICE, choices=listed)


def text_field(number: int, pattern: str, max_length: int | None = None) -> FieldEntry:
    return FieldEntry(
        key=f"text{number}",
        label="Text",
        kind=FieldKind.TEXT,
        pattern=pattern,
        pattern_hint="So",
        max_length=max_length,
    )


def check(entries: Sequence[FieldEntry]) -> tuple[TypeDefinition, Problems]:
    errors = ErrorCollector(("fields",))
    definition = check_definition(errors, entries, today=DAY)
    return definition, [(problem.path, problem.code) for problem in errors.problems]


def test_the_choices_of_all_fields_are_limited() -> None:
    assert check([choice_field(n, 500) for n in range(2)])[1] == []
    _, problems = check([choice_field(n, 480) for n in range(6)])
    assert problems == [(("fields", str(n), "choices"), ErrorCode.TOO_MANY) for n in range(2, 6)]


def test_the_bytes_of_a_form_are_limited() -> None:
    helped = [FieldEntry(key=f"text{n}", label="Text", kind=FieldKind.TEXT, help="€" * 2_000) for n in range(100)]
    assert check(helped[:20])[1] == []
    assert check(helped)[1] == [(("fields",), ErrorCode.TOO_LARGE)]


def test_a_hundred_ordinary_patterns_fit() -> None:
    definition, problems = check([text_field(n, r"[A-Z]{2}[0-9]{6}[A-D]?") for n in range(100)])
    assert problems == []
    assert len(definition.fields) == 100


@pytest.mark.parametrize(("pattern", "max_length"), [(LARGE_PATTERN, 10), (r"(?:.*a.{800})+", 3_000)])
def test_the_patterns_of_all_fields_are_limited(pattern: str, max_length: int) -> None:
    """By their programs, and by these times the texts that they are matched with."""
    _, problems = check([text_field(n, f"{pattern}{n}", max_length) for n in range(6)])
    first = next(int(path[1]) for path, _ in problems)
    assert 1 <= first <= 3
    assert problems == [(("fields", str(n), "pattern"), ErrorCode.TOO_LARGE) for n in range(first, 6)]


def test_an_invalid_pattern_is_told_beside_those_that_are_too_large() -> None:
    _, problems = check([text_field(0, "("), *(text_field(n, f"{LARGE_PATTERN}{n}", 10) for n in range(1, 5))])
    assert problems[0] == (("fields", "0", "pattern"), ErrorCode.INVALID_FORMAT)
    assert {code for _, code in problems[1:]} == {ErrorCode.TOO_LARGE}


async def test_others_have_their_turn_while_a_form_is_checked() -> None:
    """The longest time without a turn, as a part of the time that the check takes."""
    entries = [text_field(n, rf"\p{{L}}{{1,{n % 9 + 2}}}{'x' * n}", 10) for n in range(90)]
    task_gaps, started = [0.0], time.perf_counter()
    checking = asyncio.ensure_future(compute(check, entries))
    while not checking.done():
        before = time.perf_counter()
        await asyncio.sleep(0)
        task_gaps.append(time.perf_counter() - before)
    assert max(task_gaps) < (time.perf_counter() - started) / 4
