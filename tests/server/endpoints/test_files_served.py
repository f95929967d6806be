"""Tests of files on a real server: uploads and downloads, unfinished uploads, and logs."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from models import StoredFile
from models.database import fetch
from tests.support import factories as make
from tests.support.clients.graphql import gid
from tests.support.scenarios.staff import CREATE, PASSWORD, Staff, make_staff
from tests.support.servers.file_endpoints import BOUNDARY, PDF, PNG, part
from tests.support.servers.s3 import Bucket
from tests.support.servers.trackers import Server, environment, run_command, run_server

pytestmark = pytest.mark.server

UPLOAD_PARAMETERS = "type=JOB&field=evidence"
FILE_URLS_QUERY = (
    "query ($id: ID!) { tracker(id: $id) { values { ... on FileValue { files { name mediaType bytes url } } } } }"
)


async def send(server: Server, token: str, content: bytes, name: str, media_type: str) -> str:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        response = await client.post(
            f"{server.address}/files?{UPLOAD_PARAMETERS}",
            files={"file": (name, content, media_type)},
            headers={"authorization": f"Bearer {token}"},
        )
    assert response.status_code == 201, response.text
    file_id: str = response.json()["id"]
    return file_id


async def job_values(members: Staff, files: list[str]) -> list[dict[str, Any]]:
    return [
        {"key": "jobTitle", "value": {"text": "Baker"}},
        {"key": "organisation", "value": {"reference": gid(await make.employer(members.organisation))}},
        {"key": "startDate", "value": {"date": "2026-09-01"}},
        {"key": "evidence", "value": {"files": files}},
    ]


@pytest.mark.parametrize("kind", ["folder", "bucket"])
async def test_upload_and_download(database: str, folder: Path, kind: str, request: pytest.FixtureRequest) -> None:
    members = await make_staff()
    extra_settings = {"TRACKERS_FILES_URL": request.getfixturevalue("bucket").url} if kind == "bucket" else {}
    contents = [PDF + b"\xff" * 6_000_000, PNG]
    async with run_server(folder, environment(database, **extra_settings)) as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        file_ids = [
            await send(server, token, contents[0], "contract.pdf", "application/pdf"),
            await send(server, token, contents[1], "slip.png", "image/png"),
        ]
        entry = members.tracker_input(type="JOB", values=await job_values(members, file_ids))
        response = await server.ask(CREATE, token, input=entry)
        assert response["data"]["createTracker"]["errors"] == []
        bob = await server.sign_in("bob@example.org", PASSWORD)
        tracker = response["data"]["createTracker"]["tracker"]["id"]
        files = (await server.ask(FILE_URLS_QUERY, bob, id=tracker))["data"]["tracker"]["values"][-1]["files"]
        assert [(file["name"], file["mediaType"], file["bytes"]) for file in files] == [
            ("contract.pdf", "application/pdf", len(contents[0])),
            ("slip.png", "image/png", len(contents[1])),
        ]
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            paths = [urlsplit(file["url"]).path for file in files]
            assert [(await client.get(server.address + path)).content for path in paths] == contents
        assert await server.stop() == 0
        assert "Traceback" not in server.log.read_text()
    if kind == "folder":
        stored = folder / "var" / "files"
        assert stat.S_IMODE(stored.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in stored.iterdir()} == {0o600}


async def begin_upload(server: Server, token: str) -> asyncio.StreamWriter:
    """Begin an upload, send part of it, and return the writer of its connection."""
    parts = urlsplit(server.address)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    lines = [
        f"POST /files?{UPLOAD_PARAMETERS} HTTP/1.1", "Host: a", f"Authorization: Bearer {token}", "Content-Length: 9000000",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}", "", "",
    ]  # fmt: skip
    writer.write("\r\n".join(lines).encode() + part(PDF + b"\xff" * 5_000_000)[:-2])
    await writer.drain()
    async with asyncio.timeout(20):
        while not await StoredFile.exists():
            await asyncio.sleep(0.02)
    return writer


async def test_unfinished_upload_of_a_killed_server_is_deleted(database: str, folder: Path) -> None:
    await make_staff()
    stored = folder / "var" / "files"
    async with run_server(folder, environment(database)) as server:
        writer = await begin_upload(server, await server.sign_in("ada@example.org", PASSWORD))
        async with asyncio.timeout(20):
            while not list(stored.iterdir()):
                await asyncio.sleep(0.02)
        await server.kill()
        writer.close()
    (unfinished,) = await StoredFile.all()
    assert not unfinished.complete
    assert [path.name.partition("#")[0] for path in stored.iterdir()] == [str(unfinished.id)]
    await fetch("UPDATE stored_file SET created_at = now() - interval '25 hours'")
    async with run_server(folder, environment(database)):
        async with asyncio.timeout(30):
            while await StoredFile.exists():
                await asyncio.sleep(0.05)
    assert list(stored.iterdir()) == []


async def test_stopping_server_ends_its_uploads(database: str, folder: Path) -> None:
    await make_staff()
    async with run_server(folder, environment(database)) as server:
        writer = await begin_upload(server, await server.sign_in("ada@example.org", PASSWORD))
        writer.transport.abort()
        assert await server.stop() == 0
        assert "Traceback" not in server.log.read_text()
    assert not await StoredFile.exists()
    assert list((folder / "var" / "files").iterdir()) == []


async def test_doctor_checks_the_file_store(database: str, folder: Path, bucket: Bucket) -> None:
    env = environment(database, TRACKERS_PUBLIC_URL="https://trackers.invalid")
    _, output, _ = await run_command(folder, env, "doctor")
    assert "files: kept in" in output
    assert "var/files" in output
    _, output, _ = await run_command(folder, {**env, "TRACKERS_FILES_URL": bucket.url}, "doctor")
    assert f"files: kept in {bucket.url}" in output
    _, output, _ = await run_command(folder, {**env, "TRACKERS_FILES_URL": "s3://no-such-bucket"}, "doctor")
    assert "files: the store does not answer (GenericError" in output


async def test_unusable_folder_stops_the_start(database: str, folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "files").write_text("in the way")
    code, _, output = await run_command(folder, environment(database), "serve", "--port", "0")
    assert code == 2
    assert len(output.strip().splitlines()) == 1
    assert "The folder for files cannot be used" in output


async def test_logs_hold_no_file_name_or_url(database: str, folder: Path, postgres_log: Path) -> None:
    await make_staff()
    async with run_server(folder, environment(database)) as server:
        token = await server.sign_in("ada@example.org", PASSWORD)
        await send(server, token, PDF, "Zq9Secret.pdf", "application/pdf")
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            for path in ("a/b/c/d/Zq9Secret", "%00Zq9Secret", "?Zq9Secret"):
                response = await client.get(f"{server.address}/files/{path}")
                assert (response.status_code, json.loads(response.text)["errors"][0]["extensions"]["code"]) == (
                    404,
                    "NOT_FOUND",
                )
        assert await server.stop() == 0
        logs = server.log.read_text() + postgres_log.read_text()
    assert "Zq9Secret" not in logs
    assert token not in logs
