"""The collector of validation errors."""

import pytest

from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem, ValidationFailed


def test_nested_collectors_share_one_list() -> None:
    errors = ErrorCollector(("fields",))
    errors.at(2, "choices").at(0).add(ErrorCode.DUPLICATE, "It is there already.")
    errors.add(ErrorCode.TOO_MANY, "At most 100.", maximum=100, length=101)
    errors.extend([Problem(("key",), ErrorCode.REQUIRED, "Give it a key.")])
    assert errors.problems == [
        Problem(("fields", "2", "choices", "0"), ErrorCode.DUPLICATE, "It is there already."),
        Problem(("fields",), ErrorCode.TOO_MANY, "At most 100.", (("maximum", "100"), ("length", "101"))),
        Problem(("key",), ErrorCode.REQUIRED, "Give it a key."),
    ]


def test_an_official_rule_is_recorded() -> None:
    errors = ErrorCollector(("values", "uln"))
    errors.add(ErrorCode.INVALID_CHECKSUM, "A digit may be mistyped.", rule="ULN_04")
    assert errors.problems == [
        Problem(("values", "uln"), ErrorCode.INVALID_CHECKSUM, "A digit may be mistyped.", rule="ULN_04")
    ]


def test_raise_if_any_raises_all_problems() -> None:
    errors = ErrorCollector()
    errors.raise_if_any()
    errors.at("name").add(ErrorCode.REQUIRED, "Give it a name.")
    with pytest.raises(ValidationFailed) as raised:
        errors.at("elsewhere").raise_if_any()
    assert raised.value.problems == (Problem(("name",), ErrorCode.REQUIRED, "Give it a name."),)
