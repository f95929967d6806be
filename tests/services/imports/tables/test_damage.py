"""Tests of warnings about text that a program has probably damaged."""

import pytest

from services.imports.tables.damage import damage_warning


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Zoë",
        "O’Neill",
        "Ångström",
        "Žižek Šarić",
        "L’HAŸ",
        "„Zur Post“",
        "道路",
        "1 May Street",
        "May-Lin",
        "Mar",
        "14-16",
    ],
)
def test_text_that_is_whole(text: str) -> None:
    assert damage_warning(text) is None


@pytest.mark.parametrize("text", ["Zoë", "O’Neill", "Café – Bar"])
def test_utf8_that_was_read_as_windows_1252_is_told(text: str) -> None:
    assert damage_warning(text.encode().decode("cp1252")) == (
        "It is kept, but looks garbled, which Excel does to UTF-8. Open the original file in Excel by Data, From Text/CSV, "
        "and save that."
    )


@pytest.mark.parametrize("text", ["NULL", "NA", "None"])
def test_text_that_programs_write_for_a_missing_value_is_told(text: str) -> None:
    assert damage_warning(text) == (
        "It is kept, but databases and other programs write this where there is no value. If it is no name, clear the cell."
    )


@pytest.mark.parametrize(
    ("text", "code_page"),
    [("Café", "mac_roman"), ("Zürich", "mac_roman"), ("Gärtner", "mac_roman"), ("Renée", "cp850"), ("Zoë", "cp850")],
)
def test_text_of_other_code_pages_is_told(text: str, code_page: str) -> None:
    assert damage_warning(text.encode(code_page).decode("cp1252")) == (
        "It is kept, but looks garbled, as the text of old Mac and DOS programs does. Save the table as 'CSV UTF-8 (Comma "
        "delimited)' or as an Excel workbook."
    )


def test_lost_letters_are_told() -> None:
    assert (
        damage_warning("Zo\ufffd") == "It is kept, but has \ufffd where a letter has been lost. Type the letter again."
    )


@pytest.mark.parametrize("text", ["03-Jan", "3-jan", "14 October", "14-Oct-26", "Oct-14", "1/Mar/2026"])
def test_text_that_became_a_date_is_told(text: str) -> None:
    assert damage_warning(text) == (
        "It is kept, but Excel has probably turned it into a date. Format the column as Text in Excel, and type it again."
    )
