"""The command that exports the audit of an organisation as CSV, to standard output."""

import csv
import sys

from server.cli.output import require_organisation, run
from services.audit_trail.export import EVENT_COLUMNS, READ_COLUMNS, audit_event_rows, learner_read_rows


def export_audit(organisation: str, *, learner_reads: bool) -> None:
    """Write the audit events or, with ``learner_reads``, who has read which learner's record, oldest first."""

    async def work() -> None:
        target = await require_organisation(organisation)
        writer = csv.writer(sys.stdout, lineterminator="\r\n")  # RFC 4180
        writer.writerow(READ_COLUMNS if learner_reads else EVENT_COLUMNS)
        async for row in learner_read_rows(target) if learner_reads else audit_event_rows(target):
            writer.writerow(row)

    run(work, writes=False)
