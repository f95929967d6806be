"""The names under which uploaded files are stored."""

import pytest

from services.files.names import file_name


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
