"""Tests that run the README's first query and the walk-through, and compare the responses with the pages."""

import asyncio
import email
import email.policy
import json
import shlex
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Any

import pytest

from models import Mail, MailKind, Member
from schema.context import Context
from services.demo.fill import fill_demo
from services.installation import Installation
from services.mail.transport import FolderMailer
from services.notifications.inbox_reader import InboxReader
from tests.support.clients.docs_queries import DOCS, PAGES_WRITTEN_AT, blocks, curl_bodies, fill_in, insert_placeholders
from tests.support.clients.graphql import ask_in, viewer
from tests.support.paths import ROOT
from tests.support.scenarios.mail import send_due
from tests.support.servers.trackers import environment

pytestmark = pytest.mark.slow

INSTALLATION = Installation(secret=b"s" * 32, edit_url="http://127.0.0.1:8000/trackers/{id}")
WALK_THROUGH = (DOCS / "walk-through.md").read_text()
LATEST_NOTIFICATION = "{ viewer { notifications(first: 1) { nodes { cursor text tracker { number url } } } } }"


async def test_the_first_query_of_the_readme(database: str) -> None:
    await fill_demo(now=PAGES_WRITTEN_AT)
    page = (ROOT / "README.md").read_text()
    (body,) = curl_bodies("\n".join(line for line in page.splitlines() if not line.startswith("make ")))
    (answer,) = blocks(page, "json")
    assert await execute_as(None, body, json.loads(answer), {}) == json.loads(answer)


async def test_the_walk_through(database: str, tmp_path: Path) -> None:
    await fill_demo(now=PAGES_WRITTEN_AT)
    *imports, import_with_errors = (block for block in blocks(WALK_THROUGH, "console") if "import-learners" in block)
    for block in imports:
        await check_command(block, database)

    placeholders: dict[str, str] = {}
    *bodies, query_of_errors = curl_bodies(WALK_THROUGH)
    *answers, event, last, errors = map(json.loads, blocks(WALK_THROUGH, "json"))
    assert len(bodies) == len(answers) + 1 == 6

    administrator = await Member.get(email="admin@northgate.example")
    for number, (body, answer) in enumerate(zip(bodies, [*answers, last], strict=True)):
        assert await execute_as(administrator if number else None, body, answer, placeholders) == answer

    approver = await Member.get(email="approver@northgate.example")
    latest_response = {"data": {"viewer": {"notifications": {"nodes": [event["data"]["trackerAssigned"]]}}}}
    assert await execute_as(approver, {"query": LATEST_NOTIFICATION}, latest_response, placeholders) == latest_response

    (text,) = blocks(WALK_THROUGH, "text")
    assert insert_placeholders(text.splitlines(), await send_queued_email(tmp_path), placeholders) == text.splitlines()

    await check_command(import_with_errors, database)
    assert await execute_as(administrator, query_of_errors, errors, placeholders) == errors


async def check_command(block: str, database: str) -> None:
    """Run the command at the beginning of a block, and compare its output with the rest of it, without progress bars."""
    command, *output = block.splitlines()
    assert await run_command(command, database) == [line for line in output if "━" not in line]


async def run_command(command: str, database: str) -> list[str]:
    """Run a command that stands after ``$`` on the page, and return the lines of its standard output."""
    process = await asyncio.create_subprocess_exec(
        *shlex.split(command.removeprefix("$")), cwd=ROOT, env=environment(database), stdout=PIPE, stderr=DEVNULL
    )
    output, _ = await process.communicate()
    return output.decode().splitlines()


async def execute_as(member: Member | None, body: Any, expected: Any, placeholders: dict[str, str]) -> Any:
    """Execute a request as a member, and return the response with the placeholders of the expected response."""
    context = Context(INSTALLATION, InboxReader(), "127.0.0.1", await viewer(member) if member else None)
    answer = await ask_in(context, body["query"], **fill_in(body.get("variables", {}), placeholders))
    return insert_placeholders(expected, answer, placeholders)


async def send_queued_email(folder: Path) -> list[str]:
    """Send the queued email, beside the one about the sign-in, and return its subject line and the lines of its text."""
    mailer = FolderMailer(folder)
    await Mail.filter(kind=MailKind.NEW_DEVICE).delete()
    assert await send_due(INSTALLATION, mailer) == 1
    (file,) = folder.glob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return [f"Subject: {message['Subject']}", "", *body.get_content().splitlines()]
