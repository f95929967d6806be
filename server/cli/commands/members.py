"""The commands for members: adding the first administrator of an organisation, and helping where nobody else can."""

import os
import sys
from collections.abc import Sequence

import typer

from models import Member, MemberKind, Role
from server.cli.output import fail, require_organisation, run, stdout
from server.settings import Settings
from server.wiring import make_installation
from services.accounts import operator_changes
from services.accounts.members import add_member as write_member
from services.accounts.passwords import generate_password


def add_member(organisation: str, *, email: str, name: str, kind: str, roles: Sequence[str]) -> None:
    """Add a member; prompt for the password, or generate one and print it."""
    interactive = sys.stdin.isatty()
    password = (
        typer.prompt("Password (12 to 200 characters)", hide_input=True, confirmation_prompt=True)
        if interactive
        else generate_password()
    )

    async def work() -> None:
        target = await require_organisation(organisation)
        await write_member(
            target,
            email=email,
            name=name,
            kind=MemberKind(kind),
            roles=[Role(role) for role in roles],
            password=password,
        )

    run(work)
    stdout.print(f"{name} can sign in." if interactive else f"{name} can sign in with the password {password}")


def list_members(organisation: str) -> None:
    """Print a line for each member."""

    async def work() -> list[Member]:
        return await operator_changes.list_members(await require_organisation(organisation))

    members = run(work, writes=False)
    rows = [(member.email, member.name, member.kind.lower(), _state(member)) for member in members]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for member, row in zip(members, rows, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        stdout.print(f"{cells}  {', '.join(member.roles) or 'no roles'}")


def set_roles(organisation: str, *, email: str, roles: Sequence[str], none: bool) -> None:
    """Give a member exactly these roles, of which there are none only with ``none``."""
    if bool(roles) == none:
        fail("Give each role that the member is to have with --role, or take all away with --none.")

    async def work() -> Member:
        target = await require_organisation(organisation)
        return await operator_changes.set_roles(target, email=email, roles=[Role(role) for role in roles])

    member = run(work)
    stdout.print(f"{member.name} has {', '.join(member.roles) or 'no roles'}.")


def reset_password(organisation: str, *, email: str) -> None:
    """Remove a member's password, and print a link to choose a new one."""

    async def work() -> str:
        return await operator_changes.reset_password(await require_organisation(organisation), email=email)

    token = run(work)
    link = make_installation(Settings.from_environment(os.environ)).password_link(token)
    stdout.print(f"Give this link to the member alone. It works once, within an hour:\n{link}")


def remove_factors(organisation: str, *, email: str) -> None:
    """Remove a member's second factors, and print that."""

    async def work() -> Member:
        return await operator_changes.remove_factors(await require_organisation(organisation), email=email)

    stdout.print(f"{run(work).name} has no second factor, and signs in with the password alone.")


def deactivate_member(organisation: str, *, email: str) -> None:
    """Deactivate a member, and print that."""

    async def work() -> Member:
        return await operator_changes.deactivate_member(await require_organisation(organisation), email=email)

    stdout.print(f"{run(work).name} can no longer sign in.")


def _state(member: Member) -> str:
    if not member.active:
        return "inactive"
    return "active" if member.password_hash else "without a password"
