"""Encryption at rest: one key a column, values bound to their row, and rotation of the secret."""

from dataclasses import replace
from uuid import UUID

import pytest

from models.base import new_id
from models.database import fetch
from services import encryption
from services.encryption import DecryptionError, EncryptedColumn, count_under_older_secrets, encrypt_again
from services.installation import Installation

INSTALLATION = Installation(secret=b"the first secret, 32 bytes or more", edit_url="http://localhost/{id}")
ROTATED = replace(INSTALLATION, secret=b"the second secret, 32 bytes or more", older_secrets=(INSTALLATION.secret,))
KEYS, OTHER = EncryptedColumn("sample", "key"), EncryptedColumn("provider", "key")
ROW = UUID(int=7)


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "ENCRYPTED_COLUMNS", (KEYS,))


def test_a_value_is_encrypted_anew_each_time() -> None:
    first, second = (KEYS.encrypt(INSTALLATION, ROW, b"plain text") for _ in range(2))
    assert first != second
    assert b"plain" not in first
    assert [KEYS.decrypt(INSTALLATION, ROW, value) for value in (first, second)] == [b"plain text"] * 2


def test_an_older_secret_decrypts_until_it_is_removed() -> None:
    value = KEYS.encrypt(INSTALLATION, ROW, b"plain text")
    assert KEYS.decrypt(ROTATED, ROW, value) == b"plain text"
    with pytest.raises(DecryptionError):
        KEYS.decrypt(replace(ROTATED, older_secrets=()), ROW, value)


@pytest.mark.parametrize("case", ["another row", "another column", "changed", "cut", "empty", "rubbish"])
def test_a_value_that_is_not_the_row_s_own_is_refused(case: str) -> None:
    value = KEYS.encrypt(INSTALLATION, ROW, b"plain text")
    column, row_id, stored = {
        "another row": (KEYS, UUID(int=8), value),
        "another column": (OTHER, ROW, value),
        "changed": (KEYS, ROW, value[:-1] + bytes([value[-1] ^ 1])),
        "cut": (KEYS, ROW, value[:20]),
        "empty": (KEYS, ROW, b""),
        "rubbish": (KEYS, ROW, b"x" * 60),
    }[case]
    with pytest.raises(DecryptionError) as error:
        column.decrypt(INSTALLATION, row_id, stored)
    assert str(error.value) == f"A value of {column.table}.key cannot be decrypted."


async def test_values_of_older_secrets_are_encrypted_again(
    database: str, listed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "ROWS_AT_ONCE", 2)
    await fetch("CREATE TABLE sample (id uuid PRIMARY KEY, key bytea)")
    ids = [new_id() for _ in range(5)]
    for number, row_id in enumerate(ids):
        value = KEYS.encrypt(INSTALLATION, row_id, b"%d" % number)
        await fetch("INSERT INTO sample VALUES ($1, $2)", row_id, value)
    await fetch("INSERT INTO sample VALUES ($1, $2), ($3, NULL)", new_id(), b"of no secret", new_id())

    assert await count_under_older_secrets(INSTALLATION) == 1
    assert await count_under_older_secrets(ROTATED) == 6
    assert await encrypt_again(INSTALLATION) == 0
    assert await encrypt_again(ROTATED) == 5
    assert await encrypt_again(ROTATED) == 0
    assert await count_under_older_secrets(ROTATED) == 1
    rows = await fetch("SELECT id, key FROM sample WHERE id = ANY($1) ORDER BY id", ids)
    current = replace(ROTATED, older_secrets=())
    assert [KEYS.decrypt(current, row["id"], row["key"]) for row in rows] == [b"0", b"1", b"2", b"3", b"4"]
