"""Names as they are kept, and when two of them are the same."""

import sys
import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.database import fetch
from services.kernel.names import clean_name, name_key


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Acme Ltd", "Acme Ltd"),
        ("  Acme  Ltd ", "Acme Ltd"),
        ("Invented\nBakery\t& Sons\r\n", "Invented Bakery & Sons"),
        ("a\u00a0\u2003\u3000\u2028\u2029\x85\x0b\x1fb", "a b"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("\u202eAcme\u202c \u2066Ltd\u2069", "Acme Ltd"),
        ("Ac\u00adme\ufeff L\u200btd\u2060", "Acme Ltd"),
        ("e\u200b\u0301", "\u00e9"),
        ("a \u200b b", "a b"),
        ("Ac\x07me\x7f", "Acme"),
        ("\u200b\u2028\x07", ""),
        ("", ""),
        (
            "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\u09b0\u200d\u09cd\u09af", "\u09b0\u200d\u09cd\u09af"),
        ("\u200dAcme\u200c Ltd\u200d", "Acme Ltd"),
        ("A\u200d1", "A1"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\U0001f469"),
    ],
)
def test_a_name_is_kept_on_one_line(text: str, kept: str) -> None:
    assert clean_name(text) == kept


@pytest.mark.parametrize(
    "text", ["a\0b", "\ud800", "a" + "\u0301" * 32, "a" + "\u0315" * 20 + "\u200b" + "\u0315" * 20]
)
def test_invalid_text_is_no_name(text: str) -> None:
    assert clean_name(text) is None


@given(st.text())
def test_a_kept_name_stays_as_it_is(text: str) -> None:
    kept = clean_name(text)
    if kept is not None:
        assert clean_name(kept) == kept
        assert unicodedata.is_normalized("NFC", kept)
        assert not {
            unicodedata.category(character) for character in kept.replace("\u200c", "").replace("\u200d", "")
        } & {
            "Cc",
            "Cf",
            "Zl",
            "Zp",
        }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Ltd", "ACME LTD"),
        ("Zo\u00eb", "ZO\u00cb"),
        ("Stra\u00dfe", "STRASSE"),
        ("Stra\u00dfe", "STRA\u1e9eE"),
        ("\u0130stanbul", "i\u0307stanbul"),
        ("\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", "\u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3"),
        ("Office", "O\ufb03ce"),
        ("\u0939\u093f\u0928\u094d\u200d\u0926\u0940", "\u0939\u093f\u0928\u094d\u0926\u0940"),
        ("\uff21\uff23\uff2d\uff25", "\uff41\uff43\uff4d\uff45"),
    ],
)
def test_names_that_differ_by_case_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Ltd", "AcmeLtd"),
        ("Zo\u00eb", "Zoe"),
        ("\u0130stanbul", "Istanbul"),
        ("\uff21cme", "Acme"),
        ("R&D", "R & D"),
    ],
)
def test_names_that_differ_by_more_are_not_the_same(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


NEWER_CASES = {
    *range(0x10D50, 0x10D86),
    0xA7CB,
    0xA7CC,
    0xA7CE,
    0xA7D2,
    0xA7D4,
    0xA7DA,
    0xA7DC,
    *range(0x16EA0, 0x16ED4),
}
"""Letters whose case came after Unicode 14, which the SQL function has."""


async def sql_keys(names: list[str]) -> list[str]:
    rows = await fetch(
        "SELECT name_key(name) AS key FROM unnest($1::text[]) WITH ORDINALITY n (name, place) ORDER BY place", names
    )
    return [row["key"] for row in rows]


@pytest.mark.slow
async def test_the_database_has_the_same_key_for_every_character(database: str) -> None:
    characters = [
        chr(code)
        for code in range(1, sys.maxunicode + 1)
        if code not in NEWER_CASES and unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs")
    ]
    keys = await sql_keys([f"a{character}b" for character in characters])
    differing = [ascii(c) for c, key in zip(characters, keys, strict=True) if key != name_key(f"a{c}b")]
    assert differing == []


@pytest.mark.slow
async def test_the_database_has_the_same_key_for_names(database: str) -> None:
    letters = "aAßẞİıΣσςﬃΐ\u0345\u0301\u0327\u200d\u200cǰŉԵւ K\u212aÅ\u212b한글ﾊﾟＡ1"
    random = Random(8)
    names = [clean_name("".join(random.choices(letters, k=8))) or "" for _ in range(20_000)]
    assert await sql_keys(names) == [name_key(name) for name in names]


@given(st.text())
def test_the_key_of_a_kept_name_is_no_longer_than_the_index_can_hold(text: str) -> None:
    name = (clean_name(text) or "")[:200]
    assert len(name_key(name).encode()) <= 2_400
