"""Text formats: canonical forms, invalid texts, check digits and official rules."""

import pytest

from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.kernel.errors import ErrorCode

ULN, NINO, POSTCODE = TextFormat.ULN, TextFormat.NATIONAL_INSURANCE_NUMBER, TextFormat.POSTCODE


@pytest.mark.parametrize(
    ("text_format", "submitted", "canonical"),
    [
        (ULN, "9276308686", "9276308686"),
        (ULN, "1000000000", "1000000000"),
        (ULN, "1000000019", "1000000019"),
        (ULN, "1000000027", "1000000027"),
        (ULN, "9999999999", "9999999999"),
        (ULN, " 927 630 8686 ", "9276308686"),
        (NINO, "AB123456C", "AB123456C"),
        (NINO, "AB123456", "AB123456"),
        (NINO, "ab 12 34 56 c", "AB123456C"),
        (NINO, "AB123456 ", "AB123456"),
        (POSTCODE, "SW1A 1AA", "SW1A 1AA"),
        (POSTCODE, "sw1a1aa", "SW1A 1AA"),
        (POSTCODE, "m 1  1ae", "M1 1AE"),
        (POSTCODE, "ZZ99 9ZZ", "ZZ99 9ZZ"),
        (POSTCODE, "(sw1a\u2011\u00a01aa.)", "SW1A 1AA"),
        (POSTCODE, "SW1A\u200b\u20091AA", "SW1A 1AA"),
        (NINO, "ab-12.34\u202f56\u2013c", "AB123456C"),
        (NINO, "[AB] 12 34 56 C,", "AB123456C"),
        (TextFormat.UKPRN, "10033670", "10033670"),
        (TextFormat.UKPRN, "99999999", "99999999"),
        (TextFormat.EMPLOYER_ID, "100000002", "100000002"),
        (TextFormat.EMPLOYER_ID, "100000010", "100000010"),
        (TextFormat.EMPLOYER_ID, "100 000 029", "100000029"),
        (TextFormat.EMPLOYER_ID, "999999999", "999999999"),
        (TextFormat.LEARNING_AIM_REFERENCE, "zprog001", "ZPROG001"),
        (TextFormat.LEARNING_AIM_REFERENCE, "6031232X", "6031232X"),
        (TextFormat.STANDARD_REFERENCE, "st 0001", "ST0001"),
        (TextFormat.STANDARD_REFERENCE, "au0002", "AU0002"),
        (TextFormat.STANDARD_REFERENCE, " FA 0005", "FA0005"),
        (TextFormat.EPA_ORGANISATION_ID, "epa0123", "EPA0123"),
        (TextFormat.EPA_ORGANISATION_ID, "10012345", "10012345"),
        (TextFormat.UTR, "3282497350", "3282497350"),
        (TextFormat.UTR, "19558 39661", "1955839661"),
        (TextFormat.ILR_YEAR, "26-27", "26-27"),
        (TextFormat.ILR_YEAR, "99-00", "99-00"),
        (TextFormat.PERSON_NAME, " Mary-Jane O’Sme\u0301th ", "Mary-Jane O’Sm\u00e9th"),
        (TextFormat.PERSON_NAME, "Anna\t \nvan\u00a0Dyk", "Anna van Dyk"),
        (TextFormat.PERSON_NAME, "\u202eAnna\u200b", "Anna"),
        (TextFormat.ADDRESS_LINE, r"Flat 3, St. John's (rear) ~!@&'\*+-/:;", r"Flat 3, St. John's (rear) ~!@&'\*+-/:;"),
        (TextFormat.EMAIL, "Anna.Smith+ilr@Example.ORG", "Anna.Smith+ilr@example.org"),
        (TextFormat.PHONE, "020 7946 0958", "02079460958"),
        (TextFormat.PHONE, "+44 (0)20 7946-0958", "02079460958"),
        (TextFormat.PHONE, "+44 20 7946 0958", "02079460958"),
        (TextFormat.PHONE, "0044 20 7946 0958", "02079460958"),
        (TextFormat.PHONE, "+353 1 234 5678", "0035312345678"),
        (TextFormat.URL, "HTTPS://Example.ORG/Path?q=A#B", "https://example.org/Path?q=A#B"),
        (TextFormat.URL, "http://127.0.0.1:8000/", "http://127.0.0.1:8000/"),
        (TextFormat.URL, "http://intranet", "http://intranet"),
    ],
)
def test_valid_texts_become_canonical(text_format: TextFormat, submitted: str, canonical: str) -> None:
    assert check_format(text_format, submitted) == canonical
    assert check_format(text_format, canonical) == canonical


@pytest.mark.parametrize(
    ("text_format", "submitted"),
    [
        (ULN, "0123456789"),
        (ULN, "927630868"),
        (ULN, "92763086860"),
        (ULN, "927630868\u0666"),
        (ULN, "92763-08686"),
        (NINO, "QQ123456C"),
        (NINO, "DA123456A"),
        (NINO, "AO123456A"),
        (NINO, "TN010190M"),
        (NINO, "TN010190"),
        (NINO, "AB123456E"),
        (NINO, "AB12345C"),
        (NINO, "AB12345\u0661"),
        (POSTCODE, "SW1A 1AC"),
        (POSTCODE, "SW1A 11A"),
        (POSTCODE, "SWAA 1AA"),
        (POSTCODE, "SWX1 1AA"),
        (POSTCODE, "1AA"),
        (POSTCODE, "-"),
        (POSTCODE, "SW1A+1AA"),
        (POSTCODE, "\u017fW1A 1AA"),
        (TextFormat.UKPRN, "01234567"),
        (TextFormat.UKPRN, "1003367"),
        (TextFormat.EMPLOYER_ID, "10000000"),
        (TextFormat.EMPLOYER_ID, "1000000020"),
        (TextFormat.LEARNING_AIM_REFERENCE, "ZPROG0011"),
        (TextFormat.LEARNING_AIM_REFERENCE, "ZPROG-01"),
        (TextFormat.STANDARD_REFERENCE, "ST001"),
        (TextFormat.STANDARD_REFERENCE, "AU00021"),
        (TextFormat.STANDARD_REFERENCE, "UA0002"),
        (TextFormat.STANDARD_REFERENCE, "\u017ft0001"),
        (TextFormat.EPA_ORGANISATION_ID, "EPA123"),
        (TextFormat.UTR, "328249735"),
        (TextFormat.ILR_YEAR, "26-28"),
        (TextFormat.ILR_YEAR, "27-26"),
        (TextFormat.ILR_YEAR, "2026-27"),
        (TextFormat.ILR_YEAR, "2627"),
        (TextFormat.ILR_YEAR, "100-01"),
        (TextFormat.PERSON_NAME, "Anna 2"),
        (TextFormat.PERSON_NAME, 'Anna "Ann" Smith'),
        (TextFormat.PERSON_NAME, "Anna|Smith"),
        (TextFormat.PERSON_NAME, "\u200b"),
        (TextFormat.PERSON_NAME, "Anna\x85\x9fSmith"),
        (TextFormat.PERSON_NAME, "Anna\x1bSmith"),
        (TextFormat.PERSON_NAME, "Anna\0"),
        (TextFormat.PERSON_NAME, "Anna\ud800"),
        (TextFormat.PERSON_NAME, "A" * 101),
        (TextFormat.ADDRESS_LINE, "1 Tŷ Newydd"),
        (TextFormat.ADDRESS_LINE, "1 High St #2"),
        (TextFormat.ADDRESS_LINE, "1 High St\n2"),
        (TextFormat.ADDRESS_LINE, "\u0661 High St"),
        (TextFormat.ADDRESS_LINE, "A" * 51),
        (TextFormat.EMAIL, "anna"),
        (TextFormat.EMAIL, "anna@example"),
        (TextFormat.EMAIL, "anna@@example.org"),
        (TextFormat.EMAIL, "an na@example.org"),
        (TextFormat.EMAIL, ".anna@example.org"),
        (TextFormat.EMAIL, "anna..s@example.org"),
        (TextFormat.EMAIL, "anna@-example.org"),
        (TextFormat.EMAIL, "anna@example..org"),
        (TextFormat.EMAIL, "anna@example.org\nbcc:x"),
        (TextFormat.EMAIL, "a" * 89 + "@example.org"),
        (TextFormat.PHONE, "02079A"),
        (TextFormat.PHONE, "+"),
        (TextFormat.PHONE, "()"),
        (TextFormat.PHONE, "1" * 19),
        (TextFormat.PHONE, "\uff10\uff12\uff10"),
        (TextFormat.URL, "example.org"),
        (TextFormat.URL, "ftp://example.org"),
        (TextFormat.URL, "javascript:alert(1)"),
        (TextFormat.URL, "https://user@example.org"),
        (TextFormat.URL, "https://example.org:65536/"),
        (TextFormat.URL, "https://exa mple.org"),
        (TextFormat.URL, 'https://example.org/"><script>'),
        (TextFormat.URL, "https://"),
    ],
)
def test_invalid_texts_have_an_invalid_format(text_format: TextFormat, submitted: str) -> None:
    problem = check_format(text_format, submitted)
    assert isinstance(problem, FormatProblem)
    assert problem.code == ErrorCode.INVALID_FORMAT


@pytest.mark.parametrize(
    ("text_format", "submitted", "rule"),
    [
        (ULN, "9276308685", "ULN_04"),
        (ULN, "1000000001", "ULN_04"),
        (TextFormat.EMPLOYER_ID, "100000003", "EmpId_02"),
        (TextFormat.EMPLOYER_ID, "000000001", "EmpId_02"),
        (TextFormat.UTR, "2955839661", None),
        (TextFormat.UTR, "0000000000", None),
    ],
)
def test_wrong_check_digits_are_invalid_checksums(text_format: TextFormat, submitted: str, rule: str | None) -> None:
    message = "Its check digit does not fit: a digit may be mistyped."
    assert check_format(text_format, submitted) == FormatProblem(ErrorCode.INVALID_CHECKSUM, message, rule)


@pytest.mark.parametrize(
    ("text_format", "rule"),
    [
        (TextFormat.EMAIL, None),
        (TextFormat.PHONE, None),
        (TextFormat.URL, None),
        (POSTCODE, "Postcode_15"),
        (NINO, "NINumber_01"),
        (ULN, "ULN_04"),
        (TextFormat.UKPRN, None),
        (TextFormat.EMPLOYER_ID, "EmpId_02"),
        (TextFormat.LEARNING_AIM_REFERENCE, None),
        (TextFormat.STANDARD_REFERENCE, None),
        (TextFormat.EPA_ORGANISATION_ID, "FD_EPAOrgID_AP"),
        (TextFormat.UTR, None),
        (TextFormat.ILR_YEAR, None),
        (TextFormat.PERSON_NAME, None),
        (TextFormat.ADDRESS_LINE, None),
    ],
)
def test_every_format_names_its_official_rule(text_format: TextFormat, rule: str | None) -> None:
    problem = check_format(text_format, "\0")
    assert isinstance(problem, FormatProblem)
    assert (problem.code, problem.rule) == (ErrorCode.INVALID_FORMAT, rule)


def test_the_rules_of_all_formats_are_tested() -> None:
    marks = test_every_format_names_its_official_rule.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in marks[0].args[1]} == set(TextFormat)
