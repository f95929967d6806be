"""Downloads: by a signed address that holds for a while, always as an attachment, never as a page."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from models import Member, MemberKind, Session, StoredFile
from models.database import fetch
from server.endpoints.downloads import content_disposition
from services.files.signed_urls import Grant, signed_url
from services.kernel.global_ids import from_global_id
from services.trackers.attachments import files_by_id
from tests.support import factories as make
from tests.support.clients.graphql import viewer
from tests.support.scenarios.college import College, college
from tests.support.servers.file_endpoints import PDF, Doors, doors
from tests.support.servers.file_stores import storage_in

pytestmark = pytest.mark.server


@pytest.fixture(params=["folder", "bucket"])
async def both(request: pytest.FixtureRequest, database: str) -> AsyncIterator[Doors]:
    async with doors(storage_in(request.param, request)) as running:
        yield running


@pytest.fixture
async def at(request: pytest.FixtureRequest, database: str) -> AsyncIterator[Doors]:
    async with doors(storage_in("folder", request)) as running:
        yield running


@pytest.fixture
async def house(database: str) -> College:
    return await college()


async def uploaded(at: Doors, by: Member, content: bytes = PDF, **about: Any) -> StoredFile:
    reference = from_global_id((await at.send(by, content, **about)).json()["id"])
    assert reference is not None
    return await StoredFile.get(id=reference.id)


async def grant_of(by: Member, file: StoredFile) -> Grant:
    (found,) = await files_by_id(await viewer(by), [file.id])
    assert found is not None
    return found.grant


async def get(url: str, method: str = "GET") -> httpx.Response:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        return await client.request(method, url)


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    (error,) = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"], error["message"]


EXPIRED = (403, "FORBIDDEN", "This address has expired: ask for the file's `url` again")
NO_ADDRESS = (404, "NOT_FOUND", "There is no such address")
NO_FILE = (404, "NOT_FOUND", "There is no such file")


async def test_a_file_comes_as_an_attachment_and_never_as_a_page(both: Doors, house: College) -> None:
    content = PDF + b"\xff" * 7_000_000
    file = await uploaded(both, house.ada, content, name="Payslip “März”.pdf")
    url = signed_url(both.installation, await grant_of(house.ada, file), name=file.name)
    assert url.startswith(f"{both.url}/files/{file.id}/")
    assert url.endswith("/Payslip%20%E2%80%9CM%C3%A4rz%E2%80%9D.pdf")
    answer = await get(url)
    assert answer.content == content
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "server")}
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
    only_head = await get(url, "HEAD")
    assert (only_head.status_code, only_head.content, only_head.headers["content-length"]) == (
        200,
        b"",
        str(len(content)),
    )


async def test_an_address_is_worth_nothing_once_it_is_changed(at: Doors, house: College) -> None:
    file, other = await uploaded(at, house.ada), await uploaded(at, house.ada)
    grant = await grant_of(house.ada, file)
    url = signed_url(at.installation, grant, name="slip.pdf")
    session, bobs = str(grant.session_id), str((await grant_of(house.ada, other)).session_id)
    forged = {
        "another file": url.replace(str(file.id), str(other.id)),
        "another session": url.replace(session, bobs),
        "longer": url.replace(str(grant.expires), str(grant.expires + 1)),
        "another signature": url.replace("/slip.pdf", "A/slip.pdf"),
        "no signature": f"{at.url}/files/{file.id}/{session}/{grant.expires}//slip.pdf",
        "other digits": url.replace(
            str(grant.expires), quote("".join(chr(0x660 + int(d)) for d in str(grant.expires)))
        ),
        "a plus": url.replace(str(grant.expires), f"+{grant.expires}"),
        "another spelling": url.replace(str(file.id), file.id.hex),
        "too short": f"{at.url}/files/{file.id}",
        "nothing": f"{at.url}/files/",
        "rubbish": f"{at.url}/files/a/b/c/d/e",
        "a path": f"{at.url}/files/..%2F..%2Fvar%2Fsecret",
        "no text": f"{at.url}/files/%FF/%FF/%FF/%FF/%FF",
        "huge": f"{at.url}/files/{file.id}/{session}/{'9' * 5000}/x/slip.pdf",
    }
    answers = {how: refusal(await get(address)) for how, address in forged.items()}
    assert answers == dict.fromkeys(forged, NO_ADDRESS)
    # The name is only there for people.
    assert (await get(url.replace("slip.pdf", "other.pdf"))).status_code == 200


async def test_an_address_made_with_another_secret(at: Doors, house: College) -> None:
    file = await uploaded(at, house.ada)
    foreign = replace(at.installation, secret=b"another secret of 32 bytes or more")
    assert refusal(await get(signed_url(foreign, await grant_of(house.ada, file), name="a"))) == NO_ADDRESS


async def test_an_address_holds_for_ten_minutes_by_the_databases_clock(at: Doors, house: College) -> None:
    file = await uploaded(at, house.ada)
    grant = await grant_of(house.ada, file)
    (now,) = await fetch("SELECT extract(epoch FROM now())::float8 AS seconds")
    assert 598 < grant.expires - now["seconds"] <= 600
    old = Grant(grant.file_id, grant.session_id, int(now["seconds"]) - 1)
    assert refusal(await get(signed_url(at.installation, old, name="a"))) == EXPIRED


@pytest.mark.parametrize("how", ["signed out", "switched off"])
async def test_an_address_ends_with_the_session_it_was_given_to(at: Doors, house: College, how: str) -> None:
    file = await uploaded(at, house.ada)
    url = signed_url(at.installation, await grant_of(house.ada, file), name="a")
    assert (await get(url)).status_code == 200
    if how == "signed out":
        await Session.filter(member=house.ada).update(ended_at=make.now())
    else:
        await Member.filter(id=house.ada.id).update(active=False)
    assert refusal(await get(url)) == EXPIRED


async def test_an_address_ends_with_the_sight_of_the_tracker(at: Doors, house: College) -> None:
    tutor = await make.member(house.organisation, kind=MemberKind.TUTOR)
    file = await uploaded(at, house.ada)
    tracker = await make.tracker(house.organisation, created_by=house.ada, assignee=tutor, learner=house.learner)
    await StoredFile.filter(id=file.id).update(tracker_id=tracker.id)
    url = signed_url(at.installation, await grant_of(tutor, file), name="a")
    assert (await get(url)).status_code == 200
    tracker.assignee_id = None
    await tracker.save()
    assert refusal(await get(url)) == NO_FILE


async def test_a_file_whose_bytes_are_gone_is_a_fault_and_not_an_empty_file(
    both: Doors, house: College, caplog: pytest.LogCaptureFixture
) -> None:
    file = await uploaded(both, house.ada)
    url = signed_url(both.installation, await grant_of(house.ada, file), name=file.name)
    await both.storage.store.delete(file.id)
    assert refusal(await get(url))[:2] == (500, "INTERNAL_SERVER_ERROR")
    assert "services.files.store.StoreError" in caplog.text
    assert file.name not in caplog.text


async def test_other_methods(at: Doors, house: College) -> None:
    file = await uploaded(at, house.ada)
    url = signed_url(at.installation, await grant_of(house.ada, file), name="a")
    assert refusal(await get(url, "DELETE")) == (405, "METHOD_NOT_ALLOWED", "Use GET")


async def test_a_reader_who_hangs_up_harms_nobody(at: Doors, house: College) -> None:
    file = await uploaded(at, house.ada, PDF + b"\xff" * 9_000_000)
    url = signed_url(at.installation, await grant_of(house.ada, file), name="a")
    for _ in range(3):
        reader, writer = await at.line()
        writer.write(f"GET {url.removeprefix(at.url)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
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
def test_the_name_in_the_header(name: str, header: str) -> None:
    assert content_disposition(name) == header
