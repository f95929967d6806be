"""Tests of downloads, which need a signed URL that expires, and are served as attachments."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from models import Member, MemberKind, Session, StoredFile
from models.database import fetch
from server.endpoints.downloads import content_disposition
from services.files.signed_urls import Grant, signed_url, verify_signed_path
from services.kernel.global_ids import from_global_id
from services.trackers.attachments import files_by_id
from tests.support import factories as make
from tests.support.clients.graphql import viewer
from tests.support.scenarios.college import College
from tests.support.servers.file_endpoints import PDF, FileServer

pytestmark = pytest.mark.server


async def upload_file(server: FileServer, member: Member, content: bytes = PDF, **options: Any) -> StoredFile:
    reference = from_global_id((await server.send(member, content, **options)).json()["id"])
    assert reference is not None
    return await StoredFile.get(id=reference.id)


async def grant_of(member: Member, file: StoredFile) -> Grant:
    (visible,) = await files_by_id(await viewer(member), [file.id])
    assert visible is not None
    return visible.grant


async def get(url: str, method: str = "GET") -> httpx.Response:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        return await client.request(method, url)


def error_of(response: httpx.Response) -> tuple[int, str, str]:
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"], error["message"]


EXPIRED = (403, "FORBIDDEN", "This address has expired: ask for the file's `url` again")
NOT_FOUND = (404, "NOT_FOUND", "There is no such address")
NO_FILE = (404, "NOT_FOUND", "There is no such file")


async def test_file_is_an_attachment_that_no_browser_runs(each_server: FileServer, tenant: College) -> None:
    content = PDF + b"\xff" * 7_000_000
    file = await upload_file(each_server, tenant.ada, content, name="Payslip “März”.pdf")
    url = signed_url(each_server.installation, await grant_of(tenant.ada, file), name=file.name)
    assert url.startswith(f"{each_server.url}/files/{file.id}/")
    assert url.endswith("/Payslip%20%E2%80%9CM%C3%A4rz%E2%80%9D.pdf")
    response = await get(url)
    assert response.content == content
    headers = {name: value for name, value in response.headers.items() if name not in ("date", "server")}
    assert headers == {
        "content-type": "application/pdf",
        "content-length": str(len(content)),
        "content-disposition": (
            "attachment; filename=\"Payslip _M_rz_.pdf\"; filename*=UTF-8''Payslip%20%E2%80%9CM%C3%A4rz%E2%80%9D.pdf"
        ),
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "same-site",
        "referrer-policy": "no-referrer",
        "cache-control": "private, no-store",
    }
    head = await get(url, "HEAD")
    assert (head.status_code, head.content, head.headers["content-length"]) == (
        200,
        b"",
        str(len(content)),
    )


async def test_changed_url_is_rejected(server: FileServer, tenant: College) -> None:
    file, other = await upload_file(server, tenant.ada), await upload_file(server, tenant.ada)
    grant = await grant_of(tenant.ada, file)
    url = signed_url(server.installation, grant, name="slip.pdf")
    session, other_session = str(grant.session_id), str((await grant_of(tenant.ada, other)).session_id)
    forged = {
        "another file": url.replace(str(file.id), str(other.id)),
        "another session": url.replace(session, other_session),
        "longer": url.replace(str(grant.expires), str(grant.expires + 1)),
        "another signature": url.replace("/slip.pdf", "A/slip.pdf"),
        "no signature": f"{server.url}/files/{file.id}/{session}/{grant.expires}//slip.pdf",
        "other digits": url.replace(
            str(grant.expires), quote("".join(chr(0x660 + int(d)) for d in str(grant.expires)))
        ),
        "a plus": url.replace(str(grant.expires), f"+{grant.expires}"),
        "another spelling": url.replace(str(file.id), file.id.hex),
        "too short": f"{server.url}/files/{file.id}",
        "nothing": f"{server.url}/files/",
        "rubbish": f"{server.url}/files/a/b/c/d/e",
        "a path": f"{server.url}/files/..%2F..%2Fvar%2Fsecret",
        "no text": f"{server.url}/files/%FF/%FF/%FF/%FF/%FF",
        "huge": f"{server.url}/files/{file.id}/{session}/{'9' * 5000}/x/slip.pdf",
    }
    responses = {case: error_of(await get(url)) for case, url in forged.items()}
    assert responses == dict.fromkeys(forged, NOT_FOUND)
    # The name at the end is not signed.
    assert (await get(url.replace("slip.pdf", "other.pdf"))).status_code == 200


async def test_url_signed_with_another_secret(server: FileServer, tenant: College) -> None:
    file = await upload_file(server, tenant.ada)
    other_installation = replace(server.installation, secret=b"another secret of 32 bytes or more")
    assert error_of(await get(signed_url(other_installation, await grant_of(tenant.ada, file), name="a"))) == NOT_FOUND


async def test_url_signed_with_an_older_secret(server: FileServer, tenant: College) -> None:
    file = await upload_file(server, tenant.ada)
    grant = await grant_of(tenant.ada, file)
    rotated = replace(
        server.installation, secret=b"a newer secret of 32 bytes or more", older_secrets=(server.installation.secret,)
    )
    path = signed_url(server.installation, grant, name="a").partition("/files/")[2]
    assert verify_signed_path(rotated, path) == grant
    assert verify_signed_path(replace(rotated, older_secrets=()), path) is None
    assert signed_url(rotated, grant, name="a").partition("/files/")[2] != path


async def test_url_expires_after_ten_minutes_by_the_database_clock(server: FileServer, tenant: College) -> None:
    file = await upload_file(server, tenant.ada)
    grant = await grant_of(tenant.ada, file)
    (now,) = await fetch("SELECT extract(epoch FROM now())::float8 AS seconds")
    assert 598 < grant.expires - now["seconds"] <= 600
    expired_grant = Grant(grant.file_id, grant.session_id, int(now["seconds"]) - 1)
    assert error_of(await get(signed_url(server.installation, expired_grant, name="a"))) == EXPIRED


@pytest.mark.parametrize("case", ["signed out", "switched off"])
async def test_url_is_invalid_after_its_session_ends(server: FileServer, tenant: College, case: str) -> None:
    file = await upload_file(server, tenant.ada)
    url = signed_url(server.installation, await grant_of(tenant.ada, file), name="a")
    assert (await get(url)).status_code == 200
    if case == "signed out":
        await Session.filter(member=tenant.ada).update(ended_at=make.now())
    else:
        await Member.filter(id=tenant.ada.id).update(active=False)
    assert error_of(await get(url)) == EXPIRED


async def test_url_is_invalid_once_the_tracker_is_no_longer_visible(server: FileServer, tenant: College) -> None:
    tutor = await make.member(tenant.organisation, kind=MemberKind.TUTOR)
    file = await upload_file(server, tenant.ada)
    tracker = await make.tracker(tenant.organisation, created_by=tenant.ada, assignee=tutor, learner=tenant.learner)
    await StoredFile.filter(id=file.id).update(tracker_id=tracker.id)
    url = signed_url(server.installation, await grant_of(tutor, file), name="a")
    assert (await get(url)).status_code == 200
    tracker.assignee_id = None
    await tracker.save()
    assert error_of(await get(url)) == NO_FILE


async def test_missing_stored_file_is_an_internal_error(
    each_server: FileServer, tenant: College, caplog: pytest.LogCaptureFixture
) -> None:
    file = await upload_file(each_server, tenant.ada)
    url = signed_url(each_server.installation, await grant_of(tenant.ada, file), name=file.name)
    await each_server.storage.store.delete(file.id)
    assert error_of(await get(url))[:2] == (500, "INTERNAL_SERVER_ERROR")
    assert "services.files.store.StoreError" in caplog.text
    assert file.name not in caplog.text


async def test_other_methods(server: FileServer, tenant: College) -> None:
    file = await upload_file(server, tenant.ada)
    url = signed_url(server.installation, await grant_of(tenant.ada, file), name="a")
    assert error_of(await get(url, "DELETE")) == (405, "METHOD_NOT_ALLOWED", "Use GET")


async def test_client_that_disconnects(server: FileServer, tenant: College) -> None:
    file = await upload_file(server, tenant.ada, PDF + b"\xff" * 9_000_000)
    url = signed_url(server.installation, await grant_of(tenant.ada, file), name="a")
    for _ in range(3):
        reader, writer = await server.connect()
        writer.write(f"GET {url.removeprefix(server.url)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        await reader.readexactly(1_000)
        writer.transport.abort()
    async with asyncio.timeout(20):
        assert len((await get(url)).content) == file.bytes


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("slip.pdf", 'attachment; filename="slip.pdf"'),
        ("my slip.pdf", 'attachment; filename="my slip.pdf"'),
        ('a"b\\c%41.pdf', "attachment; filename=\"a_b_c_41.pdf\"; filename*=UTF-8''a%22b%5Cc%2541.pdf"),
        ("契.pdf", "attachment; filename=\"_.pdf\"; filename*=UTF-8''%E5%A5%91.pdf"),
        ("a;b'c*.pdf", 'attachment; filename="a;b\'c*.pdf"'),
        ("é;'*.pdf", "attachment; filename=\"_;'*.pdf\"; filename*=UTF-8''%C3%A9%3B%27%2A.pdf"),
    ],
)
def test_content_disposition(name: str, header: str) -> None:
    assert content_disposition(name) == header
