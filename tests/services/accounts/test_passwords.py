"""The passwords that members are given."""

import re

from services.accounts.passwords import generate_password


def test_a_generated_password_can_be_read_out_and_not_guessed() -> None:
    passwords = {generate_password() for _ in range(50)}
    assert len(passwords) == 50
    # 31 characters in 20 places: log2(31) × 20 is 99 bits.
    assert {bool(re.fullmatch(r"[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){3}", password)) for password in passwords} == {
        True
    }
