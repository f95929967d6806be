"""Tests of warnings about text that an ILR return could not hold."""

import pytest

from services.imports.tables.ilr_text import address_warning, name_warning


@pytest.mark.parametrize("text", ["Zoë O’Neill", "José María", "Smith-Jones", "x" * 200])
def test_names_that_a_return_can_hold(text: str) -> None:
    assert name_warning(text) is None


@pytest.mark.parametrize(
    ("text", "cannot"),
    [
        ("Agent 7", "digits here"),
        ('Ann "Annie" B', "\" (only ')"),
        ("A|B 1", "|, 1"),
    ],
)
def test_names_that_a_return_cannot_hold(text: str, cannot: str) -> None:
    assert name_warning(text) == f"It is kept, but an ILR return cannot hold {cannot}."


@pytest.mark.parametrize(
    ("text", "cannot"),
    [
        ("12 St John’s Road – “Tŷ”", "’ (only '), – (only -), “ (only '), ŷ (only y), ” (only ')"),
        ("Straße #4", "ß (only ss), #"),
        ("½ Mill", "½ (only 1/2)"),
        ("道路", "道, 路"),
        ("äëïöüÿ", "ä (only a), ë (only e), ï (only i), ö (only o), ü (only u), 1 more"),
    ],
)
def test_address_lines_that_a_return_cannot_hold(text: str, cannot: str) -> None:
    assert address_warning(text) == f"It is kept, but an ILR return cannot hold {cannot}."


def test_an_address_line_that_a_return_can_hold() -> None:
    assert address_warning("Flat 2, 9 Church Row & Co. (rear)") is None
