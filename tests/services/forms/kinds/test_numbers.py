"""Validation of integer and decimal values."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.definitions import DecimalField, IntegerField
from services.kernel.errors import ErrorCode
from tests.support.scenarios.form_samples.forms import CheckResult, check_value, problem_at


@pytest.mark.parametrize(
    ("value", "code"), [(0, ErrorCode.TOO_SMALL), (1, None), (9999, None), (10000, ErrorCode.TOO_LARGE)]
)
async def test_integers_within_their_bounds(value: int, code: ErrorCode | None) -> None:
    field = IntegerField(key="hours", label="Hours", minimum=Decimal(1), maximum=Decimal(9999))
    checked = await check_value(field, value)
    assert checked.value == value
    assert [problem.code for problem in checked.problems] == ([] if code is None else [code])


async def test_the_bounds_of_an_integer_are_parameters() -> None:
    field = IntegerField(key="hours", label="Hours", minimum=Decimal(1), maximum=Decimal(9999))
    small = problem_at("hours", ErrorCode.TOO_SMALL, "'Hours' must be 1 or more.", minimum="1")
    large = problem_at("hours", ErrorCode.TOO_LARGE, "'Hours' must be 9999 or less.", maximum="9999")
    assert await check_value(field, -5) == CheckResult(-5, (small,))
    assert await check_value(field, 10_000) == CheckResult(10_000, (large,))


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        (2**31 - 1, []),
        (2**31, [ErrorCode.TOO_LARGE]),
        (-(2**31), []),
        (-(2**31) - 1, [ErrorCode.TOO_SMALL]),
    ],
)
async def test_integers_without_bounds_stay_within_32_bits(value: int, codes: list[ErrorCode]) -> None:
    checked = await check_value(IntegerField(key="n", label="N"), value)
    assert [problem.code for problem in checked.problems] == codes


RATE = DecimalField(key="rate", label="Rate", minimum=Decimal("0.01"), maximum=Decimal("9999.99"))


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ("12.50", "12.50"),
        ("0012.5", "12.5"),
        ("12", "12"),
        ("12.000", "12.00"),
        ("0.01", "0.01"),
        ("9999.99", "9999.99"),
        ("100", "100"),
    ],
)
async def test_a_decimal_is_stored_as_it_was_written_within_its_places(value: str, canonical: str) -> None:
    assert await check_value(RATE, Decimal(value)) == CheckResult(canonical)


@pytest.mark.parametrize(
    ("value", "canonical"), [("-0", "0"), ("-0.00", "0.00"), ("0.0", "0.0"), ("1E+2", "100"), ("-1.50", "-1.50")]
)
async def test_a_decimal_without_bounds(value: str, canonical: str) -> None:
    assert await check_value(DecimalField(key="n", label="N"), Decimal(value)) == CheckResult(canonical)


async def test_the_bounds_and_the_places_of_a_decimal_are_reported_together() -> None:
    small = problem_at("rate", ErrorCode.TOO_SMALL, "'Rate' must be 0.01 or more.", minimum="0.01")
    large = problem_at("rate", ErrorCode.TOO_LARGE, "'Rate' must be 9999.99 or less.", maximum="9999.99")
    places = problem_at("rate", ErrorCode.INVALID_FORMAT, "'Rate' must have at most 2 decimal places.", places="2")
    assert await check_value(RATE, Decimal(0)) == CheckResult("0", (small,))
    assert await check_value(RATE, Decimal(10000)) == CheckResult("10000", (large,))
    assert await check_value(RATE, Decimal("1.005")) == CheckResult(None, (places,))
    assert await check_value(RATE, Decimal("9999.991")) == CheckResult(None, (large, places))


@pytest.mark.parametrize(
    ("places", "message"), [(0, "'N' must be a whole number."), (1, "'N' must have at most 1 decimal place.")]
)
async def test_few_decimal_places(places: int, message: str) -> None:
    problem = problem_at("n", ErrorCode.INVALID_FORMAT, message, places=str(places))
    assert await check_value(DecimalField(key="n", label="N", places=places), Decimal("1.25")) == CheckResult(
        None, (problem,)
    )


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("9" * 400, ErrorCode.TOO_LARGE),
        ("-" + "9" * 400, ErrorCode.TOO_SMALL),
        ("1E+999999", ErrorCode.TOO_LARGE),
        ("1000000000000000", ErrorCode.TOO_LARGE),
        ("-1000000000000000", ErrorCode.TOO_SMALL),
        ("999999999999999", None),
        ("-999999999999999", None),
    ],
)
async def test_a_number_beyond_fifteen_digits_is_refused_without_any_bound(value: str, code: ErrorCode | None) -> None:
    checked = await check_value(DecimalField(key="n", label="N"), Decimal(value))
    assert checked.value == (value if code is None else None)
    assert [problem.code for problem in checked.problems] == ([] if code is None else [code])


async def test_the_bound_of_a_number_with_a_huge_exponent() -> None:
    ceiling = problem_at("n", ErrorCode.TOO_LARGE, "'N' must be 999999999999999 or less.", maximum="999999999999999")
    assert await check_value(DecimalField(key="n", label="N"), Decimal("9" * 400)) == CheckResult(None, (ceiling,))
    large = problem_at("rate", ErrorCode.TOO_LARGE, "'Rate' must be 9999.99 or less.", maximum="9999.99")
    assert await check_value(RATE, Decimal("9" * 400)) == CheckResult(None, (large,))


@given(st.integers(0, 10**17 - 1), st.integers(0, 60))
async def test_decimals_are_exact_beyond_the_contexts_precision(hundredths: int, zeros: int) -> None:
    text = f"{hundredths // 100}.{hundredths % 100:02d}" + "0" * zeros
    checked = await check_value(DecimalField(key="n", label="N"), Decimal(text))
    if hundredths // 100 >= 10**15 - 1 and hundredths > (10**15 - 1) * 100:
        assert [problem.code for problem in checked.problems] == [ErrorCode.TOO_LARGE]
    else:
        assert isinstance(checked.value, str)
        whole, _, part = checked.value.partition(".")
        assert int(whole) * 100 + int(part.ljust(2, "0")) == hundredths
        assert checked == CheckResult(checked.value)


async def test_whole_numbers_have_no_decimal_places() -> None:
    assert await check_value(DecimalField(key="n", label="N", places=0), Decimal(12)) == CheckResult("12")
    assert await check_value(DecimalField(key="n", label="N", places=0), Decimal("0.00")) == CheckResult("0")
