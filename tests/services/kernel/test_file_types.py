"""Detection of media types from file content."""

import pytest

from services.kernel.file_types import ContentSniffer, canonical_media_type, is_accepted
from tests.support.scenarios.sample_files import DOCX, EXE, JPEG, PDF, PNG, ZIP

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXECUTABLE = "application/vnd.microsoft.portable-executable"


def sniff(content: bytes, *, chunk_size: int = 1_000) -> ContentSniffer:
    sniffer = ContentSniffer()
    for start in range(0, len(content), chunk_size):
        sniffer.add(content[start : start + chunk_size])
    return sniffer


@pytest.mark.parametrize(
    ("content", "declared", "detected"),
    [
        (PDF, None, "application/pdf"),
        (PDF, "application/octet-stream", "application/pdf"),
        (PDF, "application/x-pdf", "application/pdf"),
        (PDF, "image/png", None),
        (PDF, "text/plain", None),
        (PNG, "image/PNG; charset=binary", "image/png"),
        (JPEG, "image/jpg", "image/jpeg"),
        (JPEG, "image/png", None),
        # An executable is detected whatever its declared type.
        (EXE, None, EXECUTABLE),
        (EXE, "application/pdf", None),
        (EXE + PDF, "application/pdf", None),
        # Office documents are ZIP archives that contain a certain directory.
        (DOCX, WORD, WORD),
        (DOCX, None, WORD),
        (DOCX, EXCEL, None),
        (DOCX, "application/zip", "application/zip"),
        (ZIP, WORD, None),
        (ZIP, None, "application/zip"),
        # Text has its declared type, unless it is in a format that programs interpret.
        (b"Dear all,\n", None, "text/plain"),
        (b"BM, BZh and ID3 begin other things\n", "text/plain", "text/plain"),
        (b"name,age\r\nM\xe9l,17\r\n", "text/csv", "text/csv"),
        (b'{"a": 1}', "application/json", "application/json"),
        (b"From: a@example.org\n", "text/plain", "text/plain"),
        (b"Dear all,\n", "application/pdf", None),
        (b"Dear all,\n", "image/png", None),
        (b"<!DOCTYPE html><script>", "text/plain", None),
        (b"<html><!-- %PDF-1.7 -->", "application/pdf", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml", "image/svg+xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "text/plain", None),
        (b"<?xml version='1.0'?><a/>", "text/xml", "application/xml"),
        (b"leading words\n" + PDF, "application/pdf", None),
        # Unknown formats.
        (b"\x00\x01\x02\x03" * 9, None, "application/octet-stream"),
        (b"\x00\x01\x02\x03" * 9, "application/pdf", None),
        (b"a text" * 10_000 + b"\0", "text/plain", None),
    ],
)
def test_the_type_is_detected_from_the_content(content: bytes, declared: str | None, detected: str | None) -> None:
    assert sniff(content).media_type(declared) == detected
    assert sniff(content, chunk_size=7).media_type(declared) == detected


@pytest.mark.parametrize(
    ("content", "is_polyglot"),
    [
        (PDF + ZIP, True),
        (PNG + b"\0" * 70_000 + ZIP, True),
        (PDF + b"PK\x05\x06" + b"\0" * 18, True),
        (JPEG + ZIP[:-2] + b"\x05\x00PK\x05\x06\x00", True),  # the archive's comment looks like another end record
        (PDF, False),
        (DOCX, False),
        (ZIP, False),
        (PDF + b"PK\x05\x06" + b"\0" * 18 + b"endobj", False),
        (PDF + b"PK\x05\x06", False),
    ],
)
def test_a_file_that_also_ends_as_an_archive_is_a_polyglot(content: bytes, is_polyglot: bool) -> None:
    assert sniff(content).is_polyglot() is is_polyglot


@pytest.mark.parametrize(
    ("media_type", "accept", "accepted"),
    [
        ("image/png", ["application/pdf", "image/png"], True),
        ("image/png", ["IMAGE/PNG"], True),
        ("image/png", ["image/*"], True),
        ("image/png", ["*/*"], True),
        ("image/png", [], True),
        ("image/heif", ["image/heic"], True),
        ("image/jpeg", ["image/jpg"], True),
        ("image/svg+xml", ["image/png"], False),
        ("application/pdf", ["image/*"], False),
    ],
)
def test_accepted_types(media_type: str, accept: list[str], accepted: bool) -> None:
    assert is_accepted(media_type, accept) is accepted


def test_canonical_media_types() -> None:
    assert [canonical_media_type(media_type) for media_type in ("Image/JPG ; q=1", "text/plain;charset=utf-8", "")] == [
        "image/jpeg",
        "text/plain",
        "",
    ]
