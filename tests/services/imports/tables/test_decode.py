"""Tests of recognising the encoding of text files, and of naming the line that is in none."""

import io

import pytest

from services.imports.report import UnreadableFileError
from services.imports.tables.decode import detect_encoding, open_text

TEXT = "Ref,Forename\r\nA1,Zoë\r\nA2,Müller’s\r\n"


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
        ("ascii", "utf-8"),
    ],
)
def test_encodings_are_recognised(codec: str, encoding: str) -> None:
    stream = io.BytesIO(TEXT.encode(codec, "ignore"))
    assert detect_encoding(stream, "a.csv") == encoding
    with open_text(stream, "a.csv") as text:
        assert text.read() == TEXT.encode("ascii" if codec == "ascii" else "utf-8", "ignore").decode()


def test_big_endian_utf16_with_a_mark_is_read() -> None:
    with open_text(io.BytesIO(b"\xfe\xff" + TEXT.encode("utf-16-be")), "a.csv") as text:
        assert text.read() == TEXT


def test_one_letter_at_the_end_of_a_large_file_decides() -> None:
    content = b"Ref\r\n" * 100_000 + "É".encode("cp1252")
    assert detect_encoding(io.BytesIO(content), "a.csv") == "cp1252"


ADVICE = "open the file in Excel, correct this line, and save it as 'CSV UTF-8 (Comma delimited)'"


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        ("a\nZoë\nÉva\n".encode() + b"\xe9\n", 4, "bytes that are not UTF-8, unlike the rest of the file"),
        (b"\xef\xbb\xbfa\rb\r\xe9", 3, "bytes that are not UTF-8, unlike the rest of the file"),
        (b"a\r\nb\r\n\xe9\r\n\x81", 4, "a character in neither UTF-8 nor Windows-1252"),
        ("a\nb\n".encode("utf-16") + b"\x00\xd8\x00\x00", 3, "bytes that are not UTF-16, unlike the rest of the file"),
        ("a\nb".encode("utf-16") + b"\0", 2, "bytes that are not UTF-16, unlike the rest of the file"),
    ],
)
def test_the_line_that_cannot_be_decoded_is_named(content: bytes, line: int, problem: str) -> None:
    with pytest.raises(UnreadableFileError) as raised:
        detect_encoding(io.BytesIO(content), "a.csv")
    assert str(raised.value) == f"a.csv, line {line}: has {problem}; {ADVICE}"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_are_counted_across_chunks(end: str) -> None:
    content = ("x" * 97 + end).encode() * 3_000 + b"\x81\xe9"
    with pytest.raises(UnreadableFileError) as raised:
        detect_encoding(io.BytesIO(content), "a.csv")
    assert raised.value.line == 3_001
