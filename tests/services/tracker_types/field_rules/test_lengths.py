"""The minimum and maximum lengths of text formats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.tracker_types.field_rules.text import FORMAT_LENGTHS, MAX_LENGTH

LABEL = "a" * 63
EXTREME_TEXTS: dict[TextFormat, tuple[str, str]] = {
    TextFormat.EMAIL: ("a@b.c", "a" * 34 + "@" + LABEL + ".a"),
    TextFormat.PHONE: ("1", "1" * 18),
    TextFormat.URL: ("http://a", "https://a/" + "b" * (MAX_LENGTH - 10)),
    TextFormat.POSTCODE: ("M1 1AA", "SW1A 1AA"),
    TextFormat.NATIONAL_INSURANCE_NUMBER: ("AB123456", "AB123456C"),
    TextFormat.ULN: ("1000000027", "1000000027"),
    TextFormat.UKPRN: ("10033670", "10033670"),
    TextFormat.EMPLOYER_ID: ("999999999", "999999999"),
    TextFormat.LEARNING_AIM_REFERENCE: ("1", "ZPROG001"),
    TextFormat.STANDARD_REFERENCE: ("AU0001", "ST0001"),
    TextFormat.EPA_ORGANISATION_ID: ("EPA0001", "10033670"),
    TextFormat.UTR: ("1123456789", "1123456789"),
    TextFormat.ILR_YEAR: ("26-27", "26-27"),
    TextFormat.PERSON_NAME: ("X", "x" * 100),
    TextFormat.ADDRESS_LINE: ("1", "1" * 50),
}


@pytest.mark.parametrize("text_format", list(TextFormat))
def test_the_shortest_and_the_longest_text_of_a_format(text_format: TextFormat) -> None:
    texts = EXTREME_TEXTS[text_format]
    assert tuple(check_format(text_format, text) for text in texts) == texts
    assert tuple(map(len, texts)) == FORMAT_LENGTHS[text_format]


@given(st.data())
@pytest.mark.parametrize("text_format", list(TextFormat))
def test_no_text_of_a_format_is_shorter_or_longer(text_format: TextFormat, data: st.DataObject) -> None:
    shortest, longest = FORMAT_LENGTHS[text_format]
    text = data.draw(
        st.text("a1A -@.:/", max_size=12) | st.sampled_from(EXTREME_TEXTS[text_format]).map(lambda text: text + "1")
    )
    canonical = check_format(text_format, text)
    assert (
        isinstance(canonical, FormatProblem) or shortest <= len(canonical) <= longest or text_format == TextFormat.URL
    )
