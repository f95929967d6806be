"""Generated passwords."""

import re

from services.accounts.passwords import generate_password


def test_generated_passwords_are_readable_and_unique() -> None:
    passwords = {generate_password() for _ in range(50)}
    assert len(passwords) == 50
    # 27 characters in 20 places: log2(27) × 20 is 95 bits.
    characters = "[bcdfghjkmnpqrstvwxz2-9]{5}"
    assert all(re.fullmatch(rf"{characters}(-{characters}){{3}}", password) for password in passwords)
