"""Generated passwords."""

import re

from services.accounts.passwords import generate_password


def test_generated_passwords_are_readable_and_unique() -> None:
    passwords = {generate_password() for _ in range(50)}
    assert len(passwords) == 50
    # 31 characters in 20 places: log2(31) × 20 is 99 bits.
    assert {bool(re.fullmatch(r"[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){3}", password)) for password in passwords} == {
        True
    }
