"""Tests of the words of sentences that people read."""

import pytest

from services.kernel.words import enum_words, printable, quote


def test_a_label_is_set_apart() -> None:
    assert quote("Learner's name") == "'Learner's name'"


@pytest.mark.parametrize(
    ("value", "words"),
    [("MANAGE_MEMBERS", "Manage members"), ("NEW", "New"), ("ENTERED_EPA", "Entered EPA"), ("ILR", "ILR")],
)
def test_values_of_enums_are_read_as_words(value: str, words: str) -> None:
    assert enum_words(value) == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Zoë  A", "Zoë  A"), ("\x1b[2J\u202e", "\ufffd[2J\ufffd"), ("a\nb", "a\ufffdb"), ("x" * 11, "x" * 10)],
)
def test_text_from_files_cannot_control_a_terminal(text: str, shown: str) -> None:
    assert printable(text, 10) == shown
