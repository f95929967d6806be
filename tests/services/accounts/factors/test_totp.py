"""Codes of authenticator apps: the vectors of RFC 6238, and the tolerance for clocks."""

from base64 import b32encode

import pytest

from services.accounts.factors.totp import new_secret, provisioning_uri, step_of_code

SECRET = b32encode(b"12345678901234567890").decode()
VECTORS = {
    59: "94287082",
    1_111_111_109: "07081804",
    1_111_111_111: "14050471",
    1_234_567_890: "89005924",
    2_000_000_000: "69279037",
    20_000_000_000: "65353130",
}
"""Appendix B of RFC 6238 for SHA-1. Codes of six digits are the last six of those of eight."""


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_the_vectors_of_the_rfc(seconds: int, code: str) -> None:
    assert step_of_code(SECRET, code[2:], now=float(seconds)) == seconds // 30


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_a_clock_may_be_one_step_slow_or_fast(seconds: int, code: str) -> None:
    steps = [
        step_of_code(SECRET, code[2:], now=float(seconds + 30 * late)) for late in (-2, -1, 0, 1, 2) if seconds > 60
    ]
    assert steps in ([], [None, seconds // 30, seconds // 30, seconds // 30, None])


@pytest.mark.parametrize("code", ["", "000000", "94287082", "287 082", "28708２", "abcdef", "-87082"])
def test_nothing_else_is_a_code(code: str) -> None:
    assert step_of_code(SECRET, code, now=59.0) is None


def test_secrets_have_160_bits_and_differ() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {32}


def test_the_address_names_the_account_and_the_organisation() -> None:
    uri = provisioning_uri(SECRET, account="ada@example.org", issuer="North & gate: Training")
    assert uri == (
        "otpauth://totp/North%20%26%20gate%3A%20Training:ada%40example.org"
        f"?secret={SECRET}&issuer=North%20%26%20gate%3A%20Training"
    )
