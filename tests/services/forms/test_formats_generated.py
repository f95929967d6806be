"""Property-based tests of text formats against independent implementations of the official rules."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.kernel.errors import ErrorCode

pytestmark = pytest.mark.slow

DIGITS = st.sampled_from(string.digits)
NON_ZERO = st.sampled_from("123456789")


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(string.digits, min_size=count, max_size=count)


def weighted_sum(text: str, *weights: int) -> int:
    return sum(int(digit) * weight for digit, weight in zip(text, weights, strict=True))


def error_code(text_format: TextFormat, text: str) -> ErrorCode | None:
    checked = check_format(text_format, text)
    return checked.code if isinstance(checked, FormatProblem) else None


def draw_variant(draw: st.DrawFn, text: str) -> str:
    """Draw a variant of a text with random case and spaces."""
    characters = "".join(draw(st.sampled_from([c, c.lower()])) + draw(st.sampled_from(["", "", " "])) for c in text)
    return draw(st.sampled_from(["", " "])) + characters


@given(NON_ZERO, digits(8), DIGITS)
def test_uln(first: str, rest: str, last: str) -> None:
    uln = first + rest + last
    # Equivalent rule: the sum of all ten digits weighted 10 to 1 is 10 modulo 11.
    is_valid = weighted_sum(uln, *range(10, 0, -1)) % 11 == 10 or uln == "9999999999"
    assert error_code(TextFormat.ULN, uln) == (None if is_valid else ErrorCode.INVALID_CHECKSUM)


@given(NON_ZERO, digits(8))
def test_at_most_one_of_ten_ulns_with_the_same_first_digits_is_valid(first: str, rest: str) -> None:
    assume(first + rest != "999999999")
    valid_digits = [last for last in string.digits if error_code(TextFormat.ULN, first + rest + last) is None]
    assert len(valid_digits) == (0 if weighted_sum(first + rest, *range(10, 1, -1)) % 11 == 0 else 1)


@given(digits(9))
def test_employer_id(number: str) -> None:
    # Equivalent rule: the sum of all nine digits weighted 9 to 1 is 0 modulo 11.
    is_valid = weighted_sum(number, *range(9, 0, -1)) % 11 == 0 or number == "999999999"
    assert error_code(TextFormat.EMPLOYER_ID, number) == (None if is_valid else ErrorCode.INVALID_CHECKSUM)


@given(digits(10))
def test_utr(number: str) -> None:
    is_valid = "21987654321"[weighted_sum(number[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2) % 11] == number[0]
    assert error_code(TextFormat.UTR, number) == (None if is_valid else ErrorCode.INVALID_CHECKSUM)


@pytest.mark.parametrize(
    ("text_format", "length"),
    [(TextFormat.ULN, 10), (TextFormat.EMPLOYER_ID, 9), (TextFormat.UTR, 10), (TextFormat.UKPRN, 8)],
)
@given(data=st.data())
def test_numbers_of_the_wrong_length(data: st.DataObject, text_format: TextFormat, length: int) -> None:
    number = data.draw(st.text(string.digits, min_size=1, max_size=20))
    assume(len(number) != length)
    assert error_code(text_format, number) == ErrorCode.INVALID_FORMAT


NINO_FIRST = set(string.ascii_uppercase) - set("DFIQUV")
NINO_SECOND = NINO_FIRST - {"O"}


@st.composite
def ninos(draw: st.DrawFn) -> str:
    prefix = draw(st.sampled_from([a + b for a in sorted(NINO_FIRST) for b in sorted(NINO_SECOND) if a + b != "TN"]))
    return prefix + draw(digits(6)) + draw(st.sampled_from(["", "A", "B", "C", "D"]))


@given(ninos(), st.data())
def test_national_insurance_number(nino: str, data: st.DataObject) -> None:
    assert check_format(TextFormat.NATIONAL_INSURANCE_NUMBER, data.draw(st.composite(draw_variant)(nino))) == nino


@given(
    st.text(string.ascii_uppercase, min_size=2, max_size=2), digits(6), st.sampled_from(["", *string.ascii_uppercase])
)
def test_national_insurance_number_with_any_letters(prefix: str, number: str, suffix: str) -> None:
    is_valid = prefix[0] in NINO_FIRST and prefix[1] in NINO_SECOND and prefix != "TN" and suffix in "ABCD"
    expected = None if is_valid else ErrorCode.INVALID_FORMAT
    assert error_code(TextFormat.NATIONAL_INSURANCE_NUMBER, prefix + number + suffix) == expected


INWARD = "ABDEFGHJLNPQRSTUWXYZ"
SHAPES = {"A": string.ascii_uppercase, "9": string.digits, "X": INWARD}


@st.composite
def postcodes(draw: st.DrawFn) -> str:
    shape = draw(st.sampled_from(["A9", "A99", "A9A", "AA9", "AA99", "AA9A"])) + " 9XX"
    return "".join(draw(st.sampled_from(SHAPES[c])) if c in SHAPES else c for c in shape)


@given(postcodes(), st.data())
def test_postcode(postcode: str, data: st.DataObject) -> None:
    assert check_format(TextFormat.POSTCODE, data.draw(st.composite(draw_variant)(postcode))) == postcode


@given(postcodes(), st.sampled_from("CIKMOV"), st.sampled_from([-1, -2]))
def test_postcode_with_an_invalid_inward_letter(postcode: str, letter: str, index: int) -> None:
    invalid = [*postcode]
    invalid[index] = letter
    assert error_code(TextFormat.POSTCODE, "".join(invalid)) == ErrorCode.INVALID_FORMAT


@given(postcodes(), st.data())
def test_postcode_with_a_missing_inward_character(postcode: str, data: st.DataObject) -> None:
    outward, _, inward = postcode.partition(" ")
    removed = data.draw(st.integers(0, 2))
    # The remaining characters must not form another valid postcode.
    assume(not outward[-1].isdigit())
    assert (
        error_code(TextFormat.POSTCODE, outward + inward[:removed] + inward[removed + 1 :]) == ErrorCode.INVALID_FORMAT
    )


NAME_CHARACTERS = st.characters(exclude_categories=["Cc", "Cf", "Cs"], exclude_characters='0123456789|"')


@given(st.text(NAME_CHARACTERS, min_size=1, max_size=25).map(str.strip).filter(bool))
def test_person_name(name: str) -> None:
    assert error_code(TextFormat.PERSON_NAME, name) is None


@given(
    st.text(NAME_CHARACTERS, max_size=20),
    st.sampled_from('0123456789|"\x1b\x7f'),
    st.text(NAME_CHARACTERS, max_size=20),
)
def test_person_name_with_a_character_that_is_not_allowed(start: str, character: str, end: str) -> None:
    assert error_code(TextFormat.PERSON_NAME, f"a{start}{character}{end}a") == ErrorCode.INVALID_FORMAT


ADDRESS_CHARACTERS = string.ascii_letters + string.digits + r" ~!@&'\()*+,-./:;"


@given(st.text(ADDRESS_CHARACTERS, min_size=1, max_size=50).filter(str.strip))
def test_address_line(line: str) -> None:
    assert check_format(TextFormat.ADDRESS_LINE, line) == line.strip()


@given(
    st.text(ADDRESS_CHARACTERS, max_size=20),
    st.characters(exclude_categories=["Mn", "Mc"]),
    st.text(ADDRESS_CHARACTERS, max_size=20),
)
def test_address_line_with_any_character(start: str, character: str, end: str) -> None:
    # NFC normalises a few characters to ASCII, such as the Kelvin sign to K.
    assume(character not in "\u212a\u037e\u1fef")
    expected = None if character in ADDRESS_CHARACTERS else ErrorCode.INVALID_FORMAT
    assert error_code(TextFormat.ADDRESS_LINE, f"a{start}{character}{end}a") == expected


@given(st.integers(0, 99), st.integers(0, 99))
def test_ilr_year(first: int, second: int) -> None:
    expected = None if (first + 1 - second) % 100 == 0 else ErrorCode.INVALID_FORMAT
    assert error_code(TextFormat.ILR_YEAR, f"{first:02d}-{second:02d}") == expected


@given(st.emails())
def test_email(address: str) -> None:
    assert error_code(TextFormat.EMAIL, address) == (None if len(address) <= 100 else ErrorCode.INVALID_FORMAT)


@given(st.sampled_from(list(TextFormat)), st.text())
def test_canonical_texts_are_accepted_unchanged(text_format: TextFormat, text: str) -> None:
    canonical = check_format(text_format, text)
    if isinstance(canonical, str):
        assert check_format(text_format, canonical) == canonical
