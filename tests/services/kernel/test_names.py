"""Names as they are kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.names import clean_name


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
