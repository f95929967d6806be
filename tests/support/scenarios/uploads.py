"""Files that members have uploaded for trackers."""

from typing import Any

from models import Member, StoredFile
from services.kernel.global_ids import to_global_id
from tests.support import factories as make
from tests.support.scenarios.college import College, Json


async def create_upload(tenant: College, by: Member, name: str = "slip.png", **columns: Any) -> StoredFile:
    """Return a file that a member has uploaded as evidence of a JOB, attached to no tracker."""
    about: dict[str, Any] = {"type_key": "JOB", "field_key": "evidence", "media_type": "image/png", "bytes": 9}
    moment = {"created_at": make.now(), "complete": True}
    return await StoredFile.create(organisation=tenant.organisation, uploader=by, name=name, **about | moment | columns)


def evidence_values(*files: StoredFile) -> list[Json]:
    """Return the values of a JOB with these files as evidence."""
    return [{"key": "evidence", "value": {"files": [to_global_id("File", file.id) for file in files]}}]
