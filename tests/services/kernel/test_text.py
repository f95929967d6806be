"""Normalisation of text and email addresses."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.text import clean_text, normalise_email


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("  Retail assistant \n", "Retail assistant"),
        ("\u00a0\u2003x\u3000", "x"),
        (" \t\r\n", ""),
        ("Sme\u0301th", "Sm\u00e9th"),
        ("two\nlines", "two\nlines"),
        ("\u0301" * 30, "\u0301" * 30),
        (
            "\u0644\u0627 \U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\u0644\u0627 \U0001f468\u200d\U0001f469\u200d\U0001f467",
        ),
        ("a" + "\u0301" * 30, "\u00e1" + "\u0301" * 29),
    ],
)
def test_text_is_normalised_and_trimmed(text: str, normalised: str) -> None:
    assert clean_text(text) == normalised


@pytest.mark.parametrize(
    "text", ["a\0b", "\0", "\ud800", "x\udfff", "\udc00\ud800", "\u0301" * 31, "a" + "\u0301" * 31]
)
def test_invalid_text_is_rejected(text: str) -> None:
    assert clean_text(text) is None


def test_a_megabyte_of_combining_marks_is_rejected_without_normalising_it() -> None:
    assert clean_text("a" + "\u0315\u0300\u0316" * 350_000) is None


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        (" Ada@Example.ORG\n", "ada@example.org"),
        ("Rene\u0301e@example.org", "ren\u00e9e@example.org"),
        ("", ""),
        ("A\0@example.org", "A\0@example.org"),
        ("A" * 321, "A" * 321),
    ],
)
def test_emails_are_normalised_unless_they_are_invalid(text: str, normalised: str) -> None:
    assert normalise_email(text) == normalised


@given(st.text())
def test_cleaning_is_idempotent(text: str) -> None:
    clean = clean_text(text)
    if clean is not None:
        assert unicodedata.is_normalized("NFC", clean)
        assert clean_text(clean) == clean
