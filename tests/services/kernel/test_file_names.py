"""The names under which uploaded files are stored."""

import pytest

from services.kernel.file_names import file_name, name_as


@pytest.mark.parametrize(
    ("client_name", "expected"),
    [
        ("evidence.pdf", "evidence.pdf"),
        ("Payslip März – “final” (2).pdf", "Payslip März – “final” (2).pdf"),
        ("Sme\u0301th.pdf", "Sméth.pdf"),
        ("契約書.pdf", "契約書.pdf"),
        ("  spaced .pdf ", "spaced .pdf"),
        ("C:\\fakepath\\slip.pdf", "slip.pdf"),
        ("../../etc/passwd", "passwd"),
        ("/", "file"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        (None, "file"),
        (".htaccess", ".htaccess"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie: b.pdf"),
        ("a\0b\x1b[31m.pdf", "ab[31m.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a" * 300 + ".pdf", "a" * 251 + ".pdf"),
        ("a." + "b" * 300, "a." + "b" * 253),
        ("é" * 300, "é" * 255),
        ("a" + "\u0301" * 100 + ".pdf", "file"),
        ("x" * 100_000 + "/y.pdf", "y.pdf"),
    ],
)
def test_misleading_characters_are_removed_from_a_name(client_name: str | None, expected: str) -> None:
    assert file_name(client_name) == expected


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("payslip.html", "application/pdf", "payslip.pdf"),
        ("payslip.pdf", "application/pdf", "payslip.pdf"),
        ("PAYSLIP.PDF", "application/pdf", "PAYSLIP.PDF"),
        ("payslip.pdf.html", "application/pdf", "payslip.pdf"),
        ("payslip.html.exe", "application/pdf", "payslip.html.pdf"),
        ("payslip.html. .", "application/pdf", "payslip.pdf"),
        ("payslip", "application/pdf", "payslip.pdf"),
        ("Mr. Smith", "application/pdf", "Mr. Smith.pdf"),
        ("contract 1.5.2026", "application/pdf", "contract 1.5.2026.pdf"),
        ("payslip.ｐｄｆ", "application/pdf", "payslip.ｐｄｆ.pdf"),
        (".html", "application/pdf", ".html.pdf"),
        ("...", "application/pdf", "file.pdf"),
        ("x" * 255, "application/pdf", "x" * 251 + ".pdf"),
        ("x" * 250 + ".html", "application/pdf", "x" * 250 + ".pdf"),
        ("photo.jpg", "image/jpeg", "photo.jpg"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("photo.JPE", "image/jpeg", "photo.JPE"),
        ("photo.png", "image/jpeg", "photo.jpg"),
        ("scan.tif", "image/tiff", "scan.tif"),
        ("scan.pdf", "image/tiff", "scan.tiff"),
        ("photo.HEIC", "image/heif", "photo.HEIC"),
        ("letter.docx", DOCX, "letter.docx"),
        ("letter.doc", DOCX, "letter.docx"),
        ("letter.zip", DOCX, "letter.docx"),
        ("letter.docx", "application/zip", "letter.zip"),
        ("letter.odt", "application/vnd.oasis.opendocument.text", "letter.odt"),
        ("letter.doc", "application/vnd.ms-excel", "letter.doc"),  # one container for all of them
        ("letter.doc", "application/mspowerpoint", "letter.doc"),  # as stored before the type had its usual name
        ("letter", "application/excel", "letter.xls"),
        ("letter.html", "application/msword", "letter.doc"),
        ("notes.txt", "text/plain", "notes.txt"),
        ("notes.csv", "text/plain", "notes.csv"),
        ("notes.html", "text/plain", "notes.txt"),
        ("run.bat", "text/plain", "run.txt"),
        ("run.ps1", "text/plain", "run.txt"),
        ("notes.xls", "text/csv", "notes.csv"),
        ("notes.js", "text/x-unheard-of", "notes.txt"),
        ("mail.eml", "message/rfc822", "mail.eml"),
        ("page.txt", "text/html", "page.html"),
        ("backup.tar.gz", "application/gzip", "backup.tar.gz"),
        ("backup.zip", "application/x-7z-compressed", "backup.7z"),
        ("drawing.dwg", "image/x-dwg", "drawing.dwg"),
        ("design.sketch", "application/octet-stream", "design.sketch"),
        ("payslip.pdf", "application/octet-stream", "payslip.pdf.bin"),
        ("setup.hta", "application/octet-stream", "setup.hta.bin"),
        ("data.bin", "application/octet-stream", "data.bin"),
        ("payslip.pdf", "application/x-unheard-of", "payslip.pdf.bin"),
        ("payslip.bin", "application/x-unheard-of", "payslip.bin"),
        ("payslip.html", "", "payslip.html"),
    ],
)
def test_a_name_ends_in_what_the_bytes_are(name: str, media_type: str, expected: str) -> None:
    assert name_as(name, media_type) == expected
    assert name_as(expected, media_type) == expected
