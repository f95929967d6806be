"""The commands for secrets, and the export of the audit."""

import csv
import datetime as dt
import io
from pathlib import Path

import pytest

from models import AuditKind
from tests.support import factories as make
from tests.support.servers.trackers import environment, run_command

pytestmark = pytest.mark.server


async def test_the_secret_in_the_state_directory_is_rotated(folder: Path) -> None:
    file = folder / "var" / "secret"
    read = "A server takes it when it starts next. docs/operate/secrets.md says what comes then.\n"

    code, out, _ = await run_command(folder, environment(), "rotate-secret")
    assert (code, out) == (0, f"{file} holds a new secret, and 1 that still verify.\n{read}")
    new, old = file.read_text().split()
    assert {len(new), len(old)} == {64}
    assert (await run_command(folder, environment(), "doctor"))[1].splitlines()[-2] == (
        "ok    secret: 64 bytes, and 1 older that verify too"
    )
    code, out, _ = await run_command(folder, environment(), "rotate-secret", "--end-older")
    assert (code, out, file.read_text()) == (0, f"{file} holds the current secret alone.\n{read}", f"{new}\n")


async def test_a_secret_of_the_variable_is_not_shown(folder: Path) -> None:
    older = "o" * 40
    env = environment("postgres://nobody@127.0.0.1:1/none") | {"TRACKERS_SECRET": f"{'s' * 40},{older}"}

    code, out, err = await run_command(folder, env, "rotate-secret")
    assert (code, err) == (0, "")
    before, new, after = out.splitlines()
    assert before == "Set TRACKERS_SECRET on every server to this new secret, a comma, and what it holds now:"
    assert (len(new), after) == (
        64,
        "A server takes it when it starts next. docs/operate/secrets.md says in which order.",
    )
    code, out, _ = await run_command(folder, env, "rotate-secret", "--end-older")
    assert (code, out.splitlines()[0]) == (
        0, "TRACKERS_SECRET holds 1 older secrets: remove what follows its first comma."
    )  # fmt: skip
    assert list(folder.iterdir()) == []


async def test_the_audit_is_exported_as_csv_without_formulas(database: str, folder: Path) -> None:
    acme, other = await make.organisation("Acme"), await make.organisation("Other")
    ann = await make.member(acme, name="=HYPERLINK(1)", email="ann@acme.example")
    learner = await make.learner(acme, reference="L1", given_names="@Lea", family_name='Łuk, "L"')
    at = dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC)
    details = {"before": {"name": "A"}, "after": {"name": "B\nC"}}
    await make.audit_entry(acme, kind=AuditKind.MEMBER_UPDATED, actor=ann, subject_id=ann.id, at=at, details=details)
    await make.audit_entry(acme, at=at - dt.timedelta(days=1), details={"file": "-1.csv", "new": 3})
    await make.audit_entry(other)
    await make.learner_read(learner, ann, at=at, day=at.date())
    env = environment(database)

    code, out, err = await run_command(folder, env, "export-audit", "--organisation", "Acme")
    assert (code, err) == (0, "")
    assert list(csv.reader(io.StringIO(out, newline=""))) == [
        ["at", "kind", "actor", "actorEmail", "objectId", "details"],
        ["2026-06-09T12:00:00+00:00", "IMPORTED", "", "", "", "new: 3; file: -1.csv"],
        [
            "2026-06-10T12:00:00+00:00", "MEMBER_UPDATED", "'=HYPERLINK(1)", "ann@acme.example", str(ann.id),
            "name: A → B\nC",
        ],
    ]  # fmt: skip
    code, out, _ = await run_command(folder, env, "export-audit", "--organisation", "Acme", "--learner-reads")
    assert list(csv.reader(io.StringIO(out, newline=""))) == [
        ["day", "at", "member", "memberEmail", "learnerReference", "learnerName"],
        ["2026-06-10", "2026-06-10T12:00:00+00:00", "'=HYPERLINK(1)", "ann@acme.example", "L1", '\'@Lea Łuk, "L"'],
    ]
    assert await run_command(folder, env, "export-audit", "--organisation", "Nobody") == (
        2, "", "There is no organisation 'Nobody'.\n"
    )  # fmt: skip
