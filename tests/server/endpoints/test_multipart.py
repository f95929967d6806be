"""Tests of uploads that are rejected for their parameters, bodies, headers or methods."""

from typing import Any
from uuid import UUID

import pytest

from models import Role
from tests.support import factories as make
from tests.support.scenarios.college import College, college
from tests.support.servers.file_endpoints import (
    END_OF_BODY,
    PDF,
    FileServer,
    parse_error,
    part,
    wait_until_empty,
)

pytestmark = pytest.mark.server


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("type=NONE&field=evidence", 422, "UNKNOWN_TYPE"),
        ("type=%00&field=evidence", 422, "UNKNOWN_TYPE"),
        ("type=J%C3%96B&field=evidence", 422, "UNKNOWN_TYPE"),
        ("type=JOB&field=none", 422, "UNKNOWN_FIELD"),
        ("type=JOB&field=%00", 422, "UNKNOWN_FIELD"),
        ("type=JOB&field=jobTitle", 422, "WRONG_KIND"),
        ("type=CHANGE_OF_NAME&field=supportingDocument", 422, "FORBIDDEN"),
        ("type=JOB", 422, "BAD_USER_INPUT"),
        ("field=evidence", 422, "BAD_USER_INPUT"),
        ("type=JOB&type=ILR&field=evidence", 422, "BAD_USER_INPUT"),
        ("", 422, "BAD_USER_INPUT"),
    ],
)
async def test_invalid_parameters(server: FileServer, tenant: College, query: str, status: int, code: str) -> None:
    assert parse_error(await server.post(tenant.tina, part(PDF) + END_OF_BODY, query))[:2] == (status, code)
    await wait_until_empty(server)


async def test_permission_to_upload_for_an_automation(server: FileServer, tenant: College) -> None:
    """Automations need a role to create or edit them; plain trackers need none, as every member may edit them."""
    approver = await make.member(tenant.organisation, roles=[Role.EDIT_PROCESS_AUTOMATION_TRACKERS])
    options: dict[str, Any] = {"type": "CHANGE_OF_NAME", "field": "supportingDocument"}
    statuses = [
        (await server.send(member, **options)).status_code for member in (tenant.ada, approver, tenant.tina, tenant.bob)
    ]
    assert statuses == [201, 201, 422, 422]
    assert (await server.send(tenant.bob)).status_code == 201


async def test_upload_for_disabled_automations(server: FileServer) -> None:
    other_college = await college(automations=False)
    response = await server.send(other_college.ada, type="CHANGE_OF_NAME", field="supportingDocument")
    assert parse_error(response)[:2] == (422, "UNKNOWN_TYPE")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (END_OF_BODY, 422, "BAD_USER_INPUT"),
        (part(PDF, name="other") + END_OF_BODY, 422, "BAD_USER_INPUT"),
        (part(PDF) + part(PDF) + END_OF_BODY, 422, "BAD_USER_INPUT"),
        (part(PDF) + part(b"words", name="note") + END_OF_BODY, 422, "BAD_USER_INPUT"),
        (part(b"words", name="note") + part(PDF) + END_OF_BODY, 422, "BAD_USER_INPUT"),
        (part(b"") + END_OF_BODY, 422, "REQUIRED"),
        (part(PDF), 400, "BAD_REQUEST"),
        (part(PDF) + END_OF_BODY[:-4], 400, "BAD_REQUEST"),
        (part(PDF)[:-30], 400, "BAD_REQUEST"),
        (b"", 400, "BAD_REQUEST"),
        (b"x" * 100_000, 400, "BAD_REQUEST"),
        (part(PDF, headers="Content-Length: 3\r\n") + END_OF_BODY, 400, "BAD_REQUEST"),
        (part(PDF, headers="X: " + "y" * 100_000 + "\r\n") + END_OF_BODY, 400, "BAD_REQUEST"),
        (part(PDF, headers="X: y\r\n" * 100) + END_OF_BODY, 400, "BAD_REQUEST"),
    ],
    ids=range(14),
)
async def test_invalid_bodies(server: FileServer, tenant: College, body: bytes, status: int, code: str) -> None:
    assert parse_error(await server.post(tenant.ada, body))[:2] == (status, code)
    await wait_until_empty(server)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"content_type": "application/json"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content_type": "application/pdf"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content_type": "multipart/mixed; boundary=a"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"content_type": "multipart/form-data"}, 400, "BAD_REQUEST"),
        ({"content_type": "multipart/form-data; boundary=" + "x" * 71}, 400, "BAD_REQUEST"),
        ({"content_type": "multipart/form-data; boundary=another"}, 400, "BAD_REQUEST"),
        ({"content_encoding": "gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"authorization": "Bearer " + str(UUID(int=0))}, 401, "UNAUTHENTICATED"),
    ],
)
async def test_invalid_headers(
    server: FileServer, tenant: College, headers: dict[str, str], status: int, code: str
) -> None:
    assert parse_error(await server.post(tenant.ada, part(PDF) + END_OF_BODY, **headers))[:2] == (status, code)
    await wait_until_empty(server)


async def test_other_methods(server: FileServer, tenant: College) -> None:
    reader, writer = await server.connect()
    writer.write(b"GET /files HTTP/1.1\r\nHost: a\r\n\r\n")
    response = await reader.readuntil(b"\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 405 ")
    assert b"allow: POST" in response
    writer.close()
