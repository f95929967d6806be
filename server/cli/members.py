"""The commands for members: adding the first administrator of an organisation, and helping where nobody else can."""

import os
import sys
from typing import Annotated

import typer

from models import Member, MemberKind, Role
from server.cli.output import OrganisationOption, fail, require_organisation, run, stdout
from server.settings import Settings
from server.wiring import make_installation
from services.accounts import operator_changes
from services.accounts.members import add_member as write_member
from services.accounts.passwords import generate_password

app = typer.Typer()

EmailOption = Annotated[str, typer.Option("--email", help="The member's e-mail address.")]


@app.command()
def add_member(
    organisation: OrganisationOption,
    email: Annotated[str, typer.Option(help="The e-mail address, for signing in and for mail.")],
    name: Annotated[str, typer.Option(help="The member's name.")],
    kind: Annotated[MemberKind, typer.Option(case_sensitive=False, help="The kind of member.")],
    role: Annotated[list[Role] | None, typer.Option(case_sensitive=False, help="A role; may be repeated.")] = None,
) -> None:
    """Add a member of staff; prompt for the password, or generate one if there is no terminal."""
    interactive = sys.stdin.isatty()
    password = (
        typer.prompt("Password (12 to 200 characters)", hide_input=True, confirmation_prompt=True)
        if interactive
        else generate_password()
    )

    async def work() -> None:
        target = await require_organisation(organisation)
        await write_member(target, email=email, name=name, kind=kind, roles=role or [], password=password)

    run(work)
    stdout.print(f"{name} can sign in." if interactive else f"{name} can sign in with the password {password}")


@app.command()
def list_members(organisation: OrganisationOption) -> None:
    """List an organisation's members: e-mail address, name, kind, state and roles."""

    async def work() -> list[Member]:
        return await operator_changes.list_members(await require_organisation(organisation))

    members = run(work, writes=False)
    rows = [(member.email, member.name, member.kind.lower(), _state(member)) for member in members]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for member, row in zip(members, rows, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        stdout.print(f"{cells}  {', '.join(member.roles) or 'no roles'}")


@app.command()
def set_roles(
    organisation: OrganisationOption,
    email: EmailOption,
    role: Annotated[list[Role] | None, typer.Option(case_sensitive=False, help="A role; may be repeated.")] = None,
    none: Annotated[bool, typer.Option("--none", help="Take every role away.")] = False,
) -> None:
    """Give a member exactly these roles."""
    if bool(role) == none:
        fail("Give each role that the member is to have with --role, or take all away with --none.")

    async def work() -> Member:
        return await operator_changes.set_roles(await require_organisation(organisation), email=email, roles=role or [])

    member = run(work)
    stdout.print(f"{member.name} has {', '.join(member.roles) or 'no roles'}.")


@app.command()
def reset_password(organisation: OrganisationOption, email: EmailOption) -> None:
    """Remove a member's password, end their sessions, and print a link to choose a new one, which works once."""

    async def work() -> str:
        return await operator_changes.reset_password(await require_organisation(organisation), email=email)

    token = run(work)
    link = make_installation(Settings.from_environment(os.environ)).password_link(token)
    stdout.print(f"Give this link to the member alone. It works once, within an hour:\n{link}")


@app.command()
def deactivate_member(organisation: OrganisationOption, email: EmailOption) -> None:
    """Deactivate a member, who can no longer sign in; their sessions end at once."""

    async def work() -> Member:
        return await operator_changes.deactivate_member(await require_organisation(organisation), email=email)

    stdout.print(f"{run(work).name} can no longer sign in.")


def _state(member: Member) -> str:
    if not member.active:
        return "inactive"
    return "active" if member.password_hash else "without a password"
