"""The names of uploaded files, in the encodings in which clients send them."""

import pytest

from server.endpoints.file_names import UNREADABLE_MESSAGE, read_file_name
from server.protocol.http_errors import HTTPError

UTF_8 = "Payslip März.pdf".encode().decode("latin-1")


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ("", None),
        ('filename=""', ""),
        ('filename="slip.pdf"', "slip.pdf"),
        ("filename=slip.pdf", "slip.pdf"),
        (f'filename="{UTF_8}"', "Payslip März.pdf"),
        ('filename="Payslip M\xe4rz.pdf"', "Payslip März.pdf"),  # Latin-1
        ('filename="\x93O\x92Neill\x94 \x96 \x80.pdf"', "“O’Neill” – €.pdf"),  # Windows-1252
        ("filename*=UTF-8''Payslip%20M%C3%A4rz.pdf", "Payslip März.pdf"),
        ("filename*=utf-8'en'Payslip%20M%C3%A4rz.pdf", "Payslip März.pdf"),
        ("filename*=ISO-8859-1''M%E4rz.pdf", "März.pdf"),
        ("filename*=''M%C3%A4rz.pdf", "März.pdf"),
        ("filename=\"Maerz.pdf\"; filename*=UTF-8''M%C3%A4rz.pdf", "März.pdf"),
        ("filename*=UTF-8''M%C3%A4rz.pdf; filename=\"Maerz.pdf\"", "März.pdf"),
        ("filename=\"Maerz.pdf\"; filename*=klingon''M%C3%A4rz.pdf", "Maerz.pdf"),
        ("filename=\"Maerz.pdf\"; filename*=UTF-8''M%E4rz.pdf", "Maerz.pdf"),
        ('filename="Maerz.pdf"; filename*=März.pdf', "Maerz.pdf"),
        ("filename*0*=UTF-8''Payslip%20M%C3; filename*1*=%A4rz; filename*2=.pdf", "Payslip März.pdf"),
        ('filename*0="Payslip "; filename*1="March.pdf"', "Payslip March.pdf"),
        ('filename="=?UTF-8?B?TcOkcnoucGRm?="', "März.pdf"),
        ('filename="=?iso-8859-1?Q?M=E4rz_2026?= =?utf-8?q?_=E2=80=93?=.pdf"', "März 2026 –.pdf"),
        ('filename="Payslip%20M%C3%A4rz.pdf"', "Payslip März.pdf"),
        ('filename="&#22865;&#32004;&#26360;.pdf"', "契約書.pdf"),
        ('filename="Smith &amp; Sons.pdf"', "Smith &amp; Sons.pdf"),
        ('filename="100%25.pdf"', "100%.pdf"),
        ('filename="100% done.pdf"', "100% done.pdf"),
        ('filename="up 20%20.pdf"', "up 20%20.pdf"),
        ('filename="M%E4rz.pdf"', "M%E4rz.pdf"),
        ('filename="a %22quoted%22 name.pdf"', 'a "quoted" name.pdf'),
        (r'filename="a \"quoted\" name.pdf"', 'a "quoted" name.pdf'),
        (r'filename="C:\Users\ann\slip.pdf"', "slip.pdf"),
        ('filename="a; b=c.pdf"', "a; b=c.pdf"),
    ],
)
def test_names_are_read(parameters: str, name: str | None) -> None:
    assert read_file_name(f'form-data; name="file"; {parameters}') == name


@pytest.mark.parametrize(
    "parameters",
    [
        "filename*=klingon''M%E4rz.pdf",
        "filename*=UTF-8''M%E4rz.pdf",
        "filename*=slip.pdf",
        "filename*=rot13''M%E4rz.pdf",
        "filename*0*=UTF-8''M%E4; filename*1=rz.pdf",
        'filename="\x97\x9a\x97\xf0\x8f\x91.pdf"',  # Shift_JIS, in which some bytes are none of Windows-1252
        'filename="=?klingon?Q?slip?=.pdf"',
        'filename="=?UTF-8?B?a?=.pdf"',
        'filename="=?UTF-8?Q?M=E4rz?=.pdf"',
    ],
)
def test_a_name_that_cannot_be_read_is_refused(parameters: str) -> None:
    with pytest.raises(HTTPError) as raised:
        read_file_name(f'form-data; name="file"; {parameters}')
    errors = [{"message": UNREADABLE_MESSAGE, "extensions": {"code": "BAD_USER_INPUT"}}]
    assert (raised.value.status, raised.value.result) == (422, {"errors": errors})
