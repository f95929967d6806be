"""The contents of small files of several types."""

import io
import zipfile

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 30
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 30
EXE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8" + b"\0" * 100 + b"PE\0\0"


def make_zip(*members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for member in members:
            file.writestr(member, "x")
    return content.getvalue()


ZIP = make_zip("a.txt")
DOCX = make_zip("[Content_Types].xml", "word/document.xml")
