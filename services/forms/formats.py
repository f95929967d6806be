"""The formats of text fields: normalisation to the canonical form, and validation.

The formats of ILR fields follow the ILR's XML schema and validation rules, with the rule's name where there is one.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.forms.check_digits import is_valid_employer_id, is_valid_uln, is_valid_utr
from services.forms.definitions import TextFormat
from services.kernel.errors import ErrorCode
from services.kernel.names import clean_name, has_control_characters
from services.kernel.text import clean_text


@dataclass(frozen=True, slots=True)
class FormatProblem:
    """The reason why a text is invalid: INVALID_FORMAT or INVALID_CHECKSUM, with a message for the user."""

    code: ErrorCode
    message: str
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    """A text format: its normalising function, the regular expression of its canonical form, and the error message.

    ``checksum`` validates the check digit; ``rule`` is the name of the official rule.
    """

    canonical: Callable[[str], str]
    pattern: re.Pattern[str]
    message: str
    checksum: Callable[[str], bool] | None = None
    rule: str | None = None


def check_format(text_format: TextFormat, text: str) -> str | FormatProblem:
    """Return the canonical form of a text, or a FormatProblem if the text is invalid."""
    rules = _FORMATS[text_format]
    clean = clean_text(text)
    canonical = None if clean is None else rules.canonical(clean)
    if canonical is None or not rules.pattern.fullmatch(canonical):
        return FormatProblem(ErrorCode.INVALID_FORMAT, rules.message, rules.rule)
    if rules.checksum and not rules.checksum(canonical):
        message = "Its check digit does not fit: a digit may be mistyped."
        return FormatProblem(ErrorCode.INVALID_CHECKSUM, message, rules.rule)
    return canonical


def canonical_text(text_format: TextFormat, clean: str) -> str:
    """Return trimmed NFC text with the canonical spacing and case of its format, without validating it."""
    return _FORMATS[text_format].canonical(clean)


def _unchanged(text: str) -> str:
    return text


def _name(text: str) -> str:
    name = None if has_control_characters(text) else clean_name(text)
    return text if name is None else name


def _without_spaces(text: str) -> str:
    return "".join(text.split())


def _code(text: str) -> str:
    # Upper-casing turns some non-ASCII letters into ASCII ones: "ſt0001" must not become "ST0001".
    return _without_spaces(text).upper() if text.isascii() else text


def _bare_code(text: str) -> str:
    """Return a code without white space, punctuation and invisible characters, which the GOV.UK Design System ignores."""
    kept = (
        c
        for c in text
        if not c.isspace() and unicodedata.category(c)[0] not in "PZ" and unicodedata.category(c) != "Cf"
    )
    return _code("".join(kept))


def _postcode(text: str) -> str:
    code = _bare_code(text)
    return f"{code[:-3]} {code[-3:]}"


def _phone(text: str) -> str:
    """Return the digits only, as in the ILR. A leading +44 becomes 0, and the + of any other country code becomes 00."""
    number = re.sub(r"[\s().-]", "", text)
    return re.sub(r"^\+(?=[0-9])", "00", re.sub(r"^(?:\+|00)440*(?=[1-9])", "0", number))


def _email(text: str) -> str:
    name, at, domain = text.rpartition("@")
    return name + at + _lower(domain)


def _url(text: str) -> str:
    origin = re.match(r"[^:/?#]*:(?://[^/?#]*)?", text)
    return _lower(origin[0]) + text[origin.end() :] if origin else text


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else text


def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.ASCII)


_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PORT = "(?:[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]|[1-9][0-9]{0,3})"
_YEARS = "|".join(f"{year:02}-{(year + 1) % 100:02}" for year in range(100))

_FORMATS: Mapping[TextFormat, _Format] = MappingProxyType(
    {
        # Stricter than the schema's ".+@.+" of at most 100 characters, as email must be deliverable.
        TextFormat.EMAIL: _Format(
            canonical=_email,
            pattern=_pattern(rf"(?=.{{1,100}}\Z){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+"),
            message="An e-mail address is written name@example.org, in at most 100 characters.",
        ),
        # The schema's TelNo.
        TextFormat.PHONE: _Format(
            canonical=_phone,
            pattern=_pattern("[0-9]{1,18}"),
            message="A telephone number has 1 to 18 digits; spaces, brackets, hyphens and a leading + are allowed.",
        ),
        TextFormat.URL: _Format(
            canonical=_url,
            pattern=_pattern(rf"https?://{_LABEL}(?:\.{_LABEL})*\.?(?::{_PORT})?(?:[/?#][!#$%&'()*-;=?-Z_a-z~\[\]]*)?"),
            message="A web address begins with http:// or https:// and has no spaces.",
        ),
        # Postcode_15: no C, I, K, M, O or V in the last two letters. ZZ99 9ZZ is the placeholder for an unknown postcode.
        TextFormat.POSTCODE: _Format(
            canonical=_postcode,
            pattern=_pattern("[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][ABD-HJLNP-UW-Z]{2}"),
            message="A postcode is written like SW1A 1AA.",
            rule="Postcode_15",
        ),
        # NINumber_01; the suffix is optional.
        TextFormat.NATIONAL_INSURANCE_NUMBER: _Format(
            canonical=_bare_code,
            pattern=_pattern("(?!TN)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]?"),
            message="A National Insurance number is written like AB123456C; temporary ones (TN) are not accepted.",
            rule="NINumber_01",
        ),
        TextFormat.ULN: _Format(
            canonical=_without_spaces,
            pattern=_pattern("[1-9][0-9]{9}"),
            message="A ULN has 10 digits, the first not 0.",
            checksum=is_valid_uln,
            rule="ULN_04",
        ),
        # The schema's UKPRN; it has no check digit.
        TextFormat.UKPRN: _Format(
            canonical=_without_spaces,
            pattern=_pattern("[1-9][0-9]{7}"),
            message="A UKPRN has 8 digits, the first not 0.",
        ),
        TextFormat.EMPLOYER_ID: _Format(
            canonical=_without_spaces,
            pattern=_pattern("[0-9]{9}"),
            message="An employer identifier has 9 digits.",
            checksum=is_valid_employer_id,
            rule="EmpId_02",
        ),
        # The schema's LearnAimRef. It is not looked up in LARS.
        TextFormat.LEARNING_AIM_REFERENCE: _Format(
            canonical=_code,
            pattern=_pattern("[0-9A-Z]{1,8}"),
            message="A learning aim reference has 1 to 8 letters and digits.",
        ),
        # The public list of standards has ST, FA for foundation apprenticeships, and AU for apprenticeship units.
        TextFormat.STANDARD_REFERENCE: _Format(
            canonical=_code,
            pattern=_pattern("(?:AU|FA|ST)[0-9]{4}"),
            message="A standard's reference is ST and 4 digits; FA and AU begin those of foundation apprenticeships and "
            "apprenticeship units.",
        ),
        # EPAOrgID of the ILR 2026-27, which also accepts the assessment organisation's UKPRN.
        TextFormat.EPA_ORGANISATION_ID: _Format(
            canonical=_code,
            pattern=_pattern("EPA[0-9]{4}|[1-9][0-9]{7}"),
            message="An assessment organisation (EPAO) is EPA and 4 digits, or its UKPRN.",
            rule="FD_EPAOrgID_AP",
        ),
        TextFormat.UTR: _Format(
            canonical=_without_spaces,
            pattern=_pattern("[0-9]{10}"),
            message="A unique taxpayer reference has 10 digits.",
            checksum=is_valid_utr,
        ),
        TextFormat.ILR_YEAR: _Format(
            canonical=_unchanged,
            pattern=_pattern(_YEARS),
            message="An ILR year is written like 26-27: two years that follow each other.",
        ),
        # The schema's FamilyName and GivenNames; control characters are not allowed in XML.
        TextFormat.PERSON_NAME: _Format(
            canonical=_name,
            pattern=_pattern('[^0-9|"\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,100}'),
            message='A name has at most 100 characters, without digits, control characters, | and ".',
        ),
        # The schema's AddLine1 to AddLine4.
        TextFormat.ADDRESS_LINE: _Format(
            canonical=_unchanged,
            pattern=_pattern(r"[A-Za-z0-9 ~!@&'\\()*+,./:;-]{1,50}"),
            message=r"An address line has at most 50 letters without accents, digits, spaces and ~!@&'\()*+,-./:; only.",
        ),
    }
)
