"""Tests of the files of trackers: each is attached to one tracker only, and is visible with it."""

import asyncio
from typing import Any

import pytest

from models import Member, StoredFile, Tracker, TrackerTypeVersion
from models.base import new_id
from services.files.signed_urls import verify_signed_path
from services.forms.definitions import FileField, TypeDefinition
from services.forms.documents import definition_to_document
from services.kernel.global_ids import to_global_id
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, data, gid, viewer
from tests.support.databases.sql_statements import record_statements
from tests.support.scenarios.college import (
    College,
    Json,
    college,
    create,
    create_errors,
    create_successfully,
    problem,
    written_rows,
)
from tests.support.scenarios.uploads import create_upload, evidence_values

FILES = """
query ($id: ID!) { tracker(id: $id) { values { ... on FileValue {
  key label display files { __typename id name mediaType bytes url }
} } } }
"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on File { name mediaType bytes } } }"
FILE_NOT_FOUND = problem("values.evidence", "NOT_FOUND", "'Evidence' names a file that has not been uploaded.")


def job_with_files(tenant: College, *files: StoredFile) -> Json:
    entry = tenant.job()
    return entry | {"values": [*entry["values"], *evidence_values(*files)]}


async def create_tracker(creator: Member, entry: Json) -> Tracker:
    number = await create_successfully(creator, entry)
    return await Tracker.get(number=number, organisation_id=creator.organisation_id)


async def file_node(member: Member, file: StoredFile) -> Json | None:
    node: Json | None = (await data(member, NODE, id=to_global_id("File", file.id)))["node"]
    return node


async def test_files_are_attached_in_the_order_of_the_input(database: str) -> None:
    tenant = await college()
    slip, letter = (
        await create_upload(tenant, tenant.ada),
        await create_upload(tenant, tenant.ada, "letter.png", bytes=12),
    )
    tracker = await create_tracker(tenant.ada, job_with_files(tenant, letter, slip, letter))
    assert {(row.id, row.tracker_id) for row in await StoredFile.all()} == {
        (slip.id, tracker.id),
        (letter.id, tracker.id),
    }
    value = (await data(tenant.bob, FILES, id=gid(tracker)))["tracker"]["values"][-1]
    urls = [file.pop("url") for file in value["files"]]
    common = {"__typename": "File", "mediaType": "image/png"}
    assert value == {
        "key": "evidence",
        "label": "Evidence",
        "display": "letter.png, slip.png",
        "files": [
            {**common, "id": to_global_id("File", letter.id), "name": "letter.png", "bytes": 12},
            {**common, "id": to_global_id("File", slip.id), "name": "slip.png", "bytes": 9},
        ],
    }
    for url, file in zip(urls, (letter, slip), strict=True):
        start = f"{INSTALLATION.public_url}/files/"
        assert url.startswith(start)
        grant = verify_signed_path(INSTALLATION, url.removeprefix(start))
        assert grant is not None
        assert grant.file_id == file.id


async def test_files_that_cannot_be_attached_are_not_found(database: str) -> None:
    tenant, elsewhere = await college(), await college()
    attached = await create_upload(tenant, tenant.ada)
    await create_successfully(tenant.ada, job_with_files(tenant, attached))
    files = {
        "not stored": StoredFile(id=new_id()),
        "another member's": await create_upload(tenant, tenant.bob),
        "another organisation's": await create_upload(elsewhere, elsewhere.ada),
        "for another type": await create_upload(tenant, tenant.ada, type_key="JOB_CHANGE"),
        "for another field": await create_upload(tenant, tenant.ada, field_key="other"),
        "unfinished": await create_upload(tenant, tenant.ada, complete=False),
        "already attached": attached,
    }
    for description, file in files.items():
        assert await create_errors(tenant.ada, job_with_files(tenant, file)) == [FILE_NOT_FOUND], description
    own = await create_upload(tenant, tenant.ada)
    assert await create_errors(tenant.ada, job_with_files(tenant, own, files["another member's"])) == [FILE_NOT_FOUND]
    entry = tenant.job()
    for id_ in (gid(tenant.learner), to_global_id("StoredFile", own.id), "rubbish", ""):
        values = [*entry["values"], {"key": "evidence", "value": {"files": [id_]}}]
        assert await create_errors(tenant.ada, entry | {"values": values}) == [FILE_NOT_FOUND]
    assert await StoredFile.filter(tracker_id__isnull=False).count() == 1
    assert await create_successfully(tenant.ada, job_with_files(tenant, own)) == 2


async def test_too_many_files_for_a_field_are_refused(database: str) -> None:
    tenant = await college()
    files = [await create_upload(tenant, tenant.ada) for _ in range(6)]
    too_many = problem("values.evidence", "TOO_MANY", "'Evidence' takes at most 5 files.", maximum=5, length=6)
    assert await create_errors(tenant.ada, job_with_files(tenant, *files)) == [too_many]
    await create_successfully(tenant.ada, job_with_files(tenant, *files[:5]))


async def test_a_refused_entry_attaches_no_file(database: str) -> None:
    tenant = await college()
    file = await create_upload(tenant, tenant.ada)
    entry = job_with_files(tenant, file) | {"learnerId": None}
    assert [error["path"] for error in await create_errors(tenant.ada, entry)] == [["learnerId"]]
    assert (await StoredFile.get(id=file.id)).tracker_id is None


async def test_repeating_an_entry_with_files_returns_the_same_tracker(database: str) -> None:
    tenant = await college()
    entry = job_with_files(tenant, await create_upload(tenant, tenant.ada)) | {"idempotencyKey": "once"}
    payloads = [await create(tenant.ada, entry) for _ in range(3)]
    payloads += await asyncio.gather(*(create(tenant.ada, entry) for _ in range(5)))
    assert {payload["tracker"]["number"] for payload in payloads} == {1}


@pytest.mark.parametrize("keys", [(None, None, None, None), ("a", "b", "c", "d")], ids=["plain", "with keys"])
async def test_only_one_of_several_concurrent_trackers_with_the_same_file_is_created(
    database: str, keys: tuple[str | None, ...]
) -> None:
    tenant = await college()
    for round_ in range(1, 6):
        file, spare = await create_upload(tenant, tenant.ada), await create_upload(tenant, tenant.ada)
        entries = [
            job_with_files(tenant, file, spare)
            | {"idempotencyKey": key and f"{key}{round_}", "assigneeId": gid(tenant.bob)}
            for key in keys
        ]
        payloads = await asyncio.gather(*(create(tenant.ada, entry) for entry in entries))
        trackers = [payload["tracker"] for payload in payloads if payload["tracker"]]
        assert [tracker["number"] for tracker in trackers] == [round_]
        errors = [error for payload in payloads for error in payload["errors"]]
        assert [(error["path"], error["code"]) for error in errors] == [(["values", "evidence"], "NOT_FOUND")] * 3
        assert {row.tracker_id for row in await StoredFile.filter(id__in=[file.id, spare.id])} == {
            (await Tracker.get(number=round_)).id
        }
    written = await written_rows()
    assert (written["numbers"], [len(written[name]) for name in ("history", "notifications", "mails")]) == (
        [5],
        [5, 5, 5],
    )


async def test_a_file_is_visible_to_everyone_who_sees_its_tracker(database: str) -> None:
    tenant, elsewhere = await college(), await college()
    file = await create_upload(tenant, tenant.tina)
    expected = {"__typename": "File", "id": to_global_id("File", file.id), "name": "slip.png", "mediaType": "image/png"}
    # Until it is attached, only its uploader sees it.
    assert await file_node(tenant.tina, file) == {**expected, "bytes": 9}
    assert [await file_node(member, file) for member in (tenant.ada, tenant.bob, elsewhere.ada)] == [None] * 3
    tracker = await create_tracker(tenant.tina, job_with_files(tenant, file))
    other_tutor = await make.member(tenant.organisation, kind=tenant.tina.kind)
    assert [await file_node(member, file) for member in (tenant.tina, tenant.ada, tenant.bob)] == [
        {**expected, "bytes": 9}
    ] * 3
    assert [await file_node(member, file) for member in (other_tutor, elsewhere.ada)] == [None] * 2
    # The uploader does not see it once they no longer see the tracker.
    await Tracker.filter(id=tracker.id).update(created_by_id=tenant.ada.id)
    tenant.learner.tutor_id = other_tutor.id
    await tenant.learner.save()
    assert await file_node(tenant.tina, file) is None
    assert await file_node(other_tutor, file) == {**expected, "bytes": 9}


async def test_an_unfinished_upload_is_not_a_node(database: str) -> None:
    tenant = await college()
    assert await file_node(tenant.ada, await create_upload(tenant, tenant.ada, complete=False)) is None


@pytest.mark.slow
async def test_the_files_of_a_page_take_one_statement(database: str) -> None:
    tenant = await college()
    for number in range(8):
        await create_successfully(
            tenant.ada,
            job_with_files(tenant, *[await create_upload(tenant, tenant.ada, f"{number}.png") for _ in range(3)]),
        )
    document = "{ trackers(first: 50) { nodes { values { display ... on FileValue { files { name url } } } } } }"
    await viewer(tenant.ada)
    with record_statements() as statements:
        response_data = await data(tenant.ada, document)
    assert (
        len({file["url"] for tracker in response_data["trackers"]["nodes"] for file in tracker["values"][-1]["files"]})
        == 24
    )
    assert len([statement for statement in statements if "stored_file" in statement]) == 1


async def test_files_are_checked_by_the_version_of_the_trackers_own_form(database: str) -> None:
    """A file that met the limits of a newer version when it was uploaded must also meet those of the form."""
    tenant = await college()
    type_ = await make.tracker_type(tenant.organisation, key="NOTE")
    proof = FileField(key="proof", label="Proof", accept=("image/*",), max_bytes=10)
    definition = definition_to_document(TypeDefinition(fields=(proof,)))
    await TrackerTypeVersion.filter(type=type_).update(definition=definition)
    target: dict[str, Any] = {"type_key": "NOTE", "field_key": "proof"}
    large = await create_upload(tenant, tenant.ada, bytes=11, **target)
    text_file = await create_upload(tenant, tenant.ada, "words.txt", media_type="text/plain", **target)
    valid = await create_upload(tenant, tenant.ada, bytes=10, **target)

    def note(file: StoredFile) -> Json:
        values = [{"key": "proof", "value": {"files": [to_global_id("File", file.id)]}}]
        return tenant.job() | {"type": "NOTE", "values": values}

    message = "'Proof' takes files of at most 10 bytes; 'slip.png' has 11."
    assert await create_errors(tenant.ada, note(large)) == [
        problem("values.proof", "TOO_LARGE", message, maximum=10, length=11)
    ]
    message = "'Proof' takes image/*; 'words.txt' is text/plain."
    assert await create_errors(tenant.ada, note(text_file)) == [
        problem("values.proof", "INVALID_FORMAT", message, allowed="image/*")
    ]
    await create_successfully(tenant.ada, note(valid))
