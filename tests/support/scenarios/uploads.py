"""Uploaded files, and tracker values that refer to them."""

from typing import Any

from models import Member, StoredFile
from services.kernel.global_ids import to_global_id
from tests.support import factories as make
from tests.support.scenarios.college import College, Json


async def create_upload(tenant: College, uploader: Member, name: str = "slip.png", **columns: Any) -> StoredFile:
    """Create a file that a member has uploaded as evidence for a JOB, but not attached to a tracker."""
    defaults: dict[str, Any] = {"type_key": "JOB", "field_key": "evidence", "media_type": "image/png", "bytes": 9}
    upload = {"created_at": make.now(), "complete": True}
    return await StoredFile.create(
        organisation=tenant.organisation, uploader=uploader, name=name, **defaults | upload | columns
    )


def evidence_values(*files: StoredFile) -> list[Json]:
    """Return the submitted values of a JOB with these files as evidence."""
    return [{"key": "evidence", "value": {"files": [to_global_id("File", file.id) for file in files]}}]
