"""Tests of the commands for members, run as processes: what they print, write and refuse."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from models import MemberKind, Role
from models.database import fetch
from server.cli.members import KindName, RoleName
from tests.support.servers.trackers import environment, run_command, run_server

pytestmark = pytest.mark.server

ACME = ("--organisation", "Acme")
ANN, BEN = "ann@acme.example", "ben@acme.example"
ALL_ROLES = [part for role in Role for part in ("--role", role.value)]


def test_the_options_have_the_names_of_the_kinds_and_roles() -> None:
    assert [name.value for name in KindName] == [kind.value for kind in MemberKind]
    assert [name.value for name in RoleName] == [role.value for role in Role]


async def add_members(folder: Path, env: dict[str, str]) -> str:
    """Add Acme with two members, and return the first one's password."""
    await run_command(folder, env, "add-organisation", "Acme")
    code, out, err = await run_command(
        folder, env, "add-member", *ACME, "--email", ANN, "--name", "Ann Acres", "--kind", "administrator", *ALL_ROLES
    )
    assert code == 0, err
    await run_command(folder, env, "add-member", *ACME, "--email", BEN, "--name", "Ben", "--kind", "tutor")
    return out.split()[-1]


async def audit_entries() -> list[tuple[Any, ...]]:
    rows = await fetch("SELECT kind, actor_id, details FROM audit_entry WHERE kind <> 'MEMBER_CREATED' ORDER BY id")
    return [(row["kind"], row["actor_id"], json.loads(row["details"])) for row in rows]


async def test_members_are_listed_with_their_roles(database: str, folder: Path) -> None:
    env = environment(database)
    await add_members(folder, env)

    code, out, err = await run_command(folder, env, "list-members", *ACME)

    assert (code, err) == (0, "")
    assert out == (
        "ann@acme.example  Ann Acres  administrator  active  CREATE_TRACKERS, CREATE_PROCESS_AUTOMATION_TRACKERS, "
        "EDIT_PROCESS_AUTOMATION_TRACKERS, MANAGE_SETTINGS, MANAGE_MEMBERS\n"
        "ben@acme.example  Ben        tutor          active  no roles\n"
    )
    assert await run_command(folder, env, "list-members", "--organisation", "Nobody") == (
        2,
        "",
        "There is no organisation 'Nobody'.\n",
    )
    await run_command(folder, env, "add-organisation", "Empty")
    assert await run_command(folder, env, "list-members", "--organisation", "Empty") == (0, "", "")


async def test_roles_are_set_and_audited(database: str, folder: Path) -> None:
    env = environment(database)
    await add_members(folder, env)
    roles = ("--role", "manage_members", "--role", "CREATE_TRACKERS")

    done = await run_command(folder, env, "set-roles", *ACME, "--email", " Ben@ACME.example", *roles)
    again = await run_command(folder, env, "set-roles", *ACME, "--email", BEN, *roles)
    emptied = await run_command(folder, env, "set-roles", *ACME, "--email", BEN, "--none")

    assert done == again == (0, "Ben has CREATE_TRACKERS, MANAGE_MEMBERS.\n", "")
    assert emptied == (0, "Ben has no roles.\n", "")
    none = {"name": "Ben", "kind": "TUTOR", "roles": [], "active": True}
    both = none | {"roles": ["CREATE_TRACKERS", "MANAGE_MEMBERS"]}
    assert await audit_entries() == [
        ("MEMBER_UPDATED", None, {"before": none, "after": both}),
        ("MEMBER_UPDATED", None, {"before": both, "after": none}),
    ]


async def test_the_last_manager_keeps_the_role_and_stays_active(database: str, folder: Path) -> None:
    env = environment(database)
    await add_members(folder, env)
    administrator = "Ann Acres is the last active administrator. "
    message = (
        "Ann Acres is the last active member with the role 'Manage members'. "
        "Ann Acres is the last active member with the role 'Manage settings'. See to another one first.\n"
    )

    demoted = await run_command(folder, env, "set-roles", *ACME, "--email", ANN, "--none")
    assert demoted == (2, "", message)
    deactivated = await run_command(folder, env, "deactivate-member", *ACME, "--email", ANN)
    assert deactivated == (2, "", administrator + message)
    assert await audit_entries() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set-roles", "--email", BEN], "Give each role that the member is to have with --role, or take all away with --none."),
        (
            ["set-roles", "--email", BEN, "--none", "--role", "MANAGE_MEMBERS"],
            "Give each role that the member is to have with --role, or take all away with --none.",
        ),
        *(
            (
                [*command, "--email", email],
                "Acme has no member with this e-mail address: `trackers list-members` lists them.",
            )
            for command in (["set-roles", "--none"], ["reset-password"], ["deactivate-member"])
            for email in ("nobody@acme.example", "\x07")
        ),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_refused_in_one_line(
    database: str, folder: Path, arguments: list[str], message: str
) -> None:
    env = environment(database)
    await run_command(folder, env, "add-organisation", "Acme")

    assert await run_command(folder, env, *arguments, *ACME) == (2, "", f"{message}\n")


async def test_a_reset_password_ends_the_sessions_and_a_link_sets_a_new_one(database: str, folder: Path) -> None:
    env = environment(database, TRACKERS_PASSWORD_URL="https://app.example/set?token={token}")
    password = await add_members(folder, env)
    async with run_server(folder, env) as server:
        token = await server.sign_in(ANN, password)
        code, out, err = await run_command(folder, env, "reset-password", *ACME, "--email", ANN)

        assert (code, err) == (0, "")
        first, link = out.splitlines()
        assert first == "Give this link to the member alone. It works once, within an hour:"
        assert [entry for entry in await audit_entries() if entry[0] != "SIGNED_IN"] == [
            ("PASSWORD_SET", None, {"reset": True})
        ]
        viewer = "{ viewer { member { email } } }"
        assert (await server.ask(viewer, token))["data"] == {"viewer": None}
        sign_in = (
            'mutation ($p: String!) { signIn(input: {email: "ann@acme.example", password: $p}) { errors { code } } }'
        )
        assert (await server.ask(sign_in, p=password))["data"] == {
            "signIn": {"errors": [{"code": "INVALID_CREDENTIALS"}]}
        }
        match = re.fullmatch(r"https://app\.example/set\?token=([\w-]{43})", link)
        assert match is not None
        set_password = (
            'mutation ($t: String!) { setPassword(token: $t, password: "a new password, long") '
            "{ session { viewer { member { email } } } errors { code } } }"
        )
        assert (await server.ask(set_password, t=match[1]))["data"] == {
            "setPassword": {"session": {"viewer": {"member": {"email": ANN}}}, "errors": []}
        }


async def test_a_deactivated_member_is_signed_out(database: str, folder: Path) -> None:
    env = environment(database)
    password = await add_members(folder, env)
    other = ("--email", "eve@acme.example", "--name", "Eve", "--kind", "administrator")
    await run_command(folder, env, "add-member", *ACME, *other, *ALL_ROLES)
    async with run_server(folder, env) as server:
        token = await server.sign_in(ANN, password)

        done = await run_command(folder, env, "deactivate-member", *ACME, "--email", ANN)
        assert done == (0, "Ann Acres can no longer sign in.\n", "")
        assert (await server.ask("{ viewer { member { email } } }", token))["data"] == {"viewer": None}
    _, out, _ = await run_command(folder, env, "list-members", *ACME)
    assert re.search(r"^ann@acme.example +Ann Acres +administrator +inactive +", out, re.MULTILINE)
    code, out, err = await run_command(folder, env, "reset-password", *ACME, "--email", ANN)
    assert (code, out, err) == (2, "", "Ann Acres is not active, and cannot sign in.\n")
