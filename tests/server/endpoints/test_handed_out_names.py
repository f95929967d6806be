"""The names under which files are handed out: as they were sent, but ending in what their bytes are."""

from urllib.parse import unquote

import httpx
import pytest

from models import StoredFile, Tracker
from models.database import fetch
from services.files.signed_urls import signed_url
from services.trackers.attachments import files_by_id
from tests.support.clients.graphql import data, gid, viewer
from tests.support.clients.tracker_updates import change, new_tracker, update_successfully
from tests.support.scenarios.college import College
from tests.support.scenarios.uploads import evidence_values
from tests.support.servers.file_endpoints import (
    BOUNDARY,
    END_OF_BODY,
    PNG,
    FileServer,
    parse_error,
    wait_until_empty,
)

pytestmark = pytest.mark.server

# A PDF whose text would be a page for a browser that believes its name.
PAYSLIP = b"%PDF-1.4\n<html><body>invented</body></html>\n%%EOF"
FILES = "query ($id: ID!) { tracker(id: $id) { values { ... on FileValue { files { name mediaType } } } } }"


async def handed_out(server: FileServer, tenant: College, tracker: Tracker) -> tuple[str, str, str]:
    """Return the name of the tracker's only file in the API, at the end of its URL, and in the download's header."""
    values = (await data(tenant.ada, FILES, id=gid(tracker)))["tracker"]["values"]
    (file,) = [file for value in values for file in value.get("files", [])]
    assert file["mediaType"] == "application/pdf"
    (row,) = await files_by_id(await viewer(tenant.ada), [(await StoredFile.get()).id])
    assert row is not None
    url = signed_url(server.installation, row.grant, name=row.name)
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        response = await client.head(url)
    assert response.headers["content-type"] == "application/pdf"
    return file["name"], unquote(url.rpartition("/")[2]), response.headers["content-disposition"]


async def test_a_pdf_called_html_is_handed_out_as_a_pdf(server: FileServer, tenant: College) -> None:
    assert (await server.send(tenant.ada, PAYSLIP, name="payslip.html")).status_code == 201
    file = await StoredFile.get()
    assert (file.name, file.media_type) == ("payslip.pdf", "application/pdf")
    tracker = await new_tracker(tenant)
    updated = await update_successfully(tenant.ada, tracker, values=evidence_values(file))
    assert updated["history"]["nodes"][0]["changes"][0]["after"] == "payslip.pdf"
    expected = ("payslip.pdf", "payslip.pdf", 'attachment; filename="payslip.pdf"')
    assert await handed_out(server, tenant, tracker) == expected


async def test_names_that_earlier_versions_stored_are_handed_out_right(server: FileServer, tenant: College) -> None:
    assert (await server.send(tenant.ada, PAYSLIP, name="slip.pdf")).status_code == 201
    await fetch("UPDATE stored_file SET name = 'März.html'")
    tracker = await new_tracker(tenant)
    await update_successfully(tenant.ada, tracker, values=evidence_values(await StoredFile.get()))
    disposition = "attachment; filename=\"M_rz.pdf\"; filename*=UTF-8''M%C3%A4rz.pdf"
    assert await handed_out(server, tenant, tracker) == ("März.pdf", "März.pdf", disposition)
    cleared = await update_successfully(tenant.ada, tracker, values=[{"key": "evidence", "value": None}])
    assert cleared["history"]["nodes"][0]["changes"] == [change("values.evidence", "Evidence", "März.pdf", None)]


def body_with(disposition: bytes, content: bytes) -> bytes:
    header = b'Content-Disposition: form-data; name="file"; ' + disposition
    return b"--" + BOUNDARY.encode() + b"\r\n" + header + b"\r\n\r\n" + content + b"\r\n" + END_OF_BODY


@pytest.mark.parametrize(
    "disposition",
    [
        'filename="März"'.encode(),
        'filename="März"'.encode("latin-1"),
        b"filename*=UTF-8''M%C3%A4rz",
        b'filename="=?UTF-8?Q?M=C3=A4rz?="',
        b'filename="M%C3%A4rz"',
        'filename="C:\\scans\\März"'.encode("cp1252"),
    ],
)
async def test_names_in_other_encodings_are_read(server: FileServer, tenant: College, disposition: bytes) -> None:
    response = await server.post(tenant.ada, body_with(disposition, PNG))
    assert response.status_code == 201
    assert (await StoredFile.get()).name == "März.png"


async def test_a_name_that_is_too_long_to_be_read_is_refused(server: FileServer, tenant: College) -> None:
    response = await server.post(tenant.ada, body_with(b'filename="' + b"x" * 5_000 + b'"', PNG))
    message = "The part has more than 8 headers, or one of more than 4,224 bytes: shorten the file's name"
    assert parse_error(response) == (400, "BAD_REQUEST", message)
    await wait_until_empty(server)


async def test_a_name_that_cannot_be_read_is_refused(server: FileServer, tenant: College) -> None:
    response = await server.post(tenant.ada, body_with(b"filename*=klingon''M%E4rz", PNG))
    message = "The file's name cannot be read: send it in UTF-8, as `filename` of Content-Disposition"
    assert parse_error(response) == (422, "BAD_USER_INPUT", message)
    await wait_until_empty(server)
