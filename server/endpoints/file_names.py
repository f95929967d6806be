"""Reading the name of an uploaded file, in the ways in which browsers, mail programs and libraries encode it."""

import re
from base64 import b64decode
from collections.abc import Mapping
from email.quoprimime import header_decode
from html import unescape
from urllib.parse import unquote, unquote_to_bytes

from multipart import content_disposition_unquote, parse_content_disposition  # type: ignore[import-untyped]

from server.protocol.http_errors import HTTPError

UNREADABLE_MESSAGE = "The file's name cannot be read: send it in UTF-8, as `filename` of Content-Disposition"

_ENCODED_WORD = re.compile(r"=\?([\w.:-]+)(?:\*[\w-]*)?\?([bq])\?([^?\s]*)\?=", re.IGNORECASE)
_BETWEEN_ENCODED_WORDS = re.compile(r"(?<=\?=)\s+(?==\?)")
_CHARACTER_REFERENCE = re.compile(r"&#[0-9]{2,7};")  # from pages whose encoding lacks the character
_PARAMETER = re.compile(r""";\s*([^\s=;"]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)""")
_PERCENT_ENCODED = re.compile(r"[!-$&-~]*(?:%[0-9a-f]{2}[!-$&-~]*)+", re.IGNORECASE)


def read_file_name(disposition: str) -> str | None:
    """Return the file name in the ``Content-Disposition`` of a part, or None if it has none.

    ``disposition`` holds the header's bytes as Latin-1. UTF-8 is tried before Windows-1252; encoded words (RFC 2047),
    character references and percent-encoding are decoded. Where ``filename*`` (RFC 8187, RFC 2231) can be read, it wins,
    as in RFC 6266. Raises HTTPError.
    """
    _, _, plain = parse_content_disposition(disposition)
    try:
        extended = _extended_value(_extended_parameters(disposition))
        if extended is not None:
            return extended
    except (LookupError, ValueError):
        if plain is None:
            raise _unreadable() from None
    return None if plain is None else _decode_plain(plain)


def _extended_parameters(disposition: str) -> dict[str, str]:
    """Return the parameters with an asterisk in their name, which the library for multipart bodies passes over."""
    parameters = ((name.lower(), value.strip()) for name, value in _PARAMETER.findall(disposition))
    return {name: content_disposition_unquote(value) for name, value in parameters if "*" in name}


def _extended_value(options: Mapping[str, str]) -> str | None:
    """Decode ``filename*``, or its continuations ``filename*0``, ``filename*1*`` …. Raises LookupError, ValueError."""
    if "filename*" in options:
        charset, _, encoded = options["filename*"].split("'", 2)
        return unquote(encoded, charset or "utf-8", "strict")
    sections: list[bytes] = []
    charset = ""
    while (section := f"filename*{len(sections)}") in options or f"{section}*" in options:
        if section in options:
            sections.append(options[section].encode("latin-1"))
            continue
        encoded = options[f"{section}*"]
        if not sections:
            charset, _, encoded = encoded.split("'", 2)
        sections.append(unquote_to_bytes(encoded))
    return b"".join(sections).decode(charset or "utf-8") if sections else None


def _decode_plain(name: str) -> str:
    raw = name.encode("latin-1")
    try:
        text = raw.decode("utf-8" if _is_utf_8(raw) else "cp1252")
        text = _ENCODED_WORD.sub(_decode_word, _BETWEEN_ENCODED_WORDS.sub("", text))
    except (LookupError, ValueError):
        raise _unreadable() from None
    text = _CHARACTER_REFERENCE.sub(lambda reference: unescape(reference[0]), text)
    if _PERCENT_ENCODED.fullmatch(text):
        decoded = unquote(text)
        return text if "\ufffd" in decoded else decoded
    return text


def _is_utf_8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode_word(word: re.Match[str]) -> str:
    charset, encoding, encoded = word.groups()
    content = b64decode(encoded, validate=True) if encoding in "bB" else header_decode(encoded).encode("latin-1")
    return content.decode(charset)


def _unreadable() -> HTTPError:
    return HTTPError(422, "BAD_USER_INPUT", UNREADABLE_MESSAGE)
