"""The transaction of an import: one at a time in an organisation, and rolled back if nothing is to be written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from models.database import transaction
from services.imports.report import ImportReport
from services.kernel.locks import lock_until_commit


class RollBack(Exception):  # noqa: N818 - not an error
    """Raised in the transaction of an import that is not to be applied."""


@asynccontextmanager
async def import_transaction(organisation_id: UUID, report: ImportReport) -> AsyncIterator[None]:
    """Run the block in a transaction, after other imports into the organisation have ended.

    RollBack undoes what the block wrote, and is recorded in the report.
    """
    try:
        async with transaction():
            await lock_until_commit(f"trackers import {organisation_id}")
            yield
    except RollBack:
        report.applied = False
