"""Parsers of cells: each returns the value, or None for an empty cell, and raises CellError if it is invalid.

Text is first freed of what Excel and pandas put around it, such as ``="0123"`` and ``1061484016.0``.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.kernel.names import clean_name
from services.kernel.text import clean_text

NOT_ALLOWED = "It has a character that is not allowed."

# With what Excel writes for TRUE and FALSE in German and French.
_YES = {"true", "yes", "y", "1", "1.0", "wahr", "vrai"}
_NO = {"false", "no", "n", "0", "0.0", "falsch", "faux"}
_FORMULA_TEXT = re.compile(r'="((?:[^"]|"")*)"')
_APOSTROPHE = re.compile(r"'(?=[0-9=+@-])")
_ERROR = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BUSY!|BLOCKED!|CONNECT!|UNKNOWN!|GETTING_DATA)"
    r"|(?-i:#(?:NV|N/D|[A-ZÀ-Ý]+[!?]))",  # in other languages: #NV, #WERT!, #BEZUG!, #VALEUR!, #NOM?
    re.IGNORECASE,
)
_TOO_NARROW = re.compile("#{3,}")
# As English, German and Swiss settings group digits; 1.234 alone may be a decimal.
_GROUPED = re.compile(r"([0-9]{1,3}(?:(?:,[0-9]{3})+|(?:\.[0-9]{3}){2,}|(?:['’][0-9]{3})+))(?:[.,]0+)?")
_WHOLE = re.compile(r"([0-9]+)(?:\.0*|,0+)")
# Without decimals and a plus it may be a code, such as 1E5.
_SCIENTIFIC = re.compile(r"([0-9])(?:[.,]([0-9]+)E\+?|E\+)([0-9]{1,3})", re.IGNORECASE)
_HOURS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2}0*|,[0-9]{1,2})?")
# What databases, R and pandas write for a missing value (after the na_values of pandas.read_csv, and DBeaver).
_MISSING = frozenset({"null", "(null)", "[null]", r"\n", "na", "n/a", "<na>", "nan", "nat", "none"})
_MISSING_NAMES = frozenset({"(null)", "[NULL]", r"\N", "n/a", "N/A", "<NA>", "nan", "NaN", "NaT"})


class CellError(Exception):
    """Raised when a cell is invalid; ``rule`` is the name of the official rule that it breaks, or None."""

    def __init__(self, message: str, rule: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule


def clean_cell(text: str) -> str | None:
    """Return the text of a cell, trimmed, in NFC and without Excel's marks of text; or None if ``clean_text`` rejects it."""
    clean = clean_text(text)
    if clean is None:
        return None
    formula = _FORMULA_TEXT.fullmatch(clean)
    return formula[1].replace('""', '"').strip() if formula else _APOSTROPHE.sub("", clean, count=1)


def is_missing(text: str, *, in_name: bool = False) -> bool:
    """Return whether a program has written this for a missing value. People may be called Null, Na, Nan or None."""
    return text in _MISSING_NAMES if in_name else text.lower() in _MISSING


def excel_error_message(error: str) -> str:
    """Return the message for a cell in which Excel shows an error such as #N/A."""
    return f"It is an error of Excel, {error}. Correct the formula in Excel, or clear the cell."


def check_excel_error(text: str) -> None:
    """Raise CellError if a cell is an error of Excel such as #N/A, or was too narrow to be shown."""
    if _ERROR.fullmatch(text):
        raise CellError(excel_error_message(text.upper()))
    if _TOO_NARROW.fullmatch(text):
        raise CellError("Excel has saved #### because the column was too narrow. Widen it in Excel, and save again.")


def whole_number(text: str) -> str:
    """Return the digits of a code that a program has written as a number: ``1061484016.0``, ``1.061.484.016,0``.

    Any other text is returned unchanged. Raises CellError for scientific notation that has lost digits.
    """
    if match := _GROUPED.fullmatch(text):
        return re.sub(r"\D", "", match[1])
    if match := _WHOLE.fullmatch(text):
        return match[1]
    match = _SCIENTIFIC.fullmatch(text)
    if match is None:
        return text
    decimals, exponent = match[2] or "", int(match[3])
    if len(decimals) >= exponent and not decimals[exponent:].strip("0"):
        return match[1] + decimals[:exponent]
    raise CellError(
        "Excel has rounded it to scientific notation, as in 1.2E+09, so digits are lost. Format the column as Number "
        "without decimal places in Excel, check the digits, and save again."
    )


def parse_boolean(text: str) -> bool | None:
    """Parse true, false, yes, no, y, n, 1 or 0, ignoring case."""
    word = text.lower()
    if word and word not in _YES | _NO:
        raise CellError("It must be yes or no.")
    return word in _YES if word else None


def parse_hours(text: str) -> Decimal | None:
    """Parse hours a week, with a decimal point or comma."""
    if not text:
        return None
    hours = Decimal(text.replace(",", ".")) if _HOURS.fullmatch(text) else Decimal(0)
    if not 0 < hours <= 168:
        raise CellError("It must be a number above 0 and up to 168, with at most two decimal places, such as 37.5.")
    return round(hours, 2)


def limited_text(max_length: int, rule: str | None = None) -> Callable[[str], str | None]:
    """Return a parser that accepts a single line of at most ``max_length`` characters, kept like a name."""

    def parse(text: str) -> str | None:
        clean = clean_name(text)
        if clean is None:
            raise CellError(NOT_ALLOWED)
        if len(clean) > max_length:
            raise CellError(f"It has more than {max_length} characters.", rule)
        return clean or None

    return parse


def formatted_text(text_format: TextFormat) -> Callable[[str], str | None]:
    """Return a parser that checks text against a format and returns its canonical form."""

    def parse(text: str) -> str | None:
        if not text:
            return None
        checked = check_format(text_format, clean_name(text) or text)
        if isinstance(checked, FormatProblem):
            raise CellError(checked.message, checked.rule)
        return checked

    return parse


def formatted_code(text_format: TextFormat) -> Callable[[str], str | None]:
    """Return the parser of ``formatted_text`` for a code of digits, which Excel may have taken for a number."""
    parse = formatted_text(text_format)
    return lambda text: parse(whole_number(text))


def parse_employer_id(text: str) -> str | None:
    """Parse an employer identifier, and say so if Excel has probably removed its leading zeros."""
    digits = whole_number(text)
    if digits.isascii() and digits.isdigit() and len(digits) < 9:
        raise CellError(
            f"It has {len(digits)} of 9 digits. If Excel has removed zeros at the beginning, format the column as Text in "
            "Excel, and type them again."
        )
    return formatted_text(TextFormat.EMPLOYER_ID)(digits)
