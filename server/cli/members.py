"""The names, options and help of the commands for members; what they do is in ``commands.members``."""

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer()


class KindName(StrEnum):
    """The names of ``MemberKind``, whose module would have to be imported for the help of all commands."""

    ADMINISTRATOR = "ADMINISTRATOR"
    TUTOR = "TUTOR"


class RoleName(StrEnum):
    """The names of ``Role``."""

    CREATE_TRACKERS = "CREATE_TRACKERS"
    CREATE_PROCESS_AUTOMATION_TRACKERS = "CREATE_PROCESS_AUTOMATION_TRACKERS"
    EDIT_PROCESS_AUTOMATION_TRACKERS = "EDIT_PROCESS_AUTOMATION_TRACKERS"
    MANAGE_SETTINGS = "MANAGE_SETTINGS"
    MANAGE_MEMBERS = "MANAGE_MEMBERS"


OrganisationOption = Annotated[str, typer.Option("--organisation", help="The organisation's name.")]
EmailOption = Annotated[str, typer.Option("--email", help="The member's e-mail address.")]
RoleOption = Annotated[list[RoleName] | None, typer.Option(case_sensitive=False, help="A role; may be repeated.")]


@app.command()
def add_member(
    organisation: OrganisationOption,
    email: Annotated[str, typer.Option(help="The e-mail address, for signing in and for mail.")],
    name: Annotated[str, typer.Option(help="The member's name.")],
    kind: Annotated[KindName, typer.Option(case_sensitive=False, help="The kind of member.")],
    role: RoleOption = None,
) -> None:
    """Add a member of staff; prompt for the password, or generate one if there is no terminal."""
    from server.cli.commands import members as commands

    commands.add_member(organisation, email=email, name=name, kind=kind, roles=role or [])


@app.command()
def list_members(organisation: OrganisationOption) -> None:
    """List an organisation's members: e-mail address, name, kind, state and roles."""
    from server.cli.commands import members as commands

    commands.list_members(organisation)


@app.command()
def set_roles(
    organisation: OrganisationOption,
    email: EmailOption,
    role: RoleOption = None,
    none: Annotated[bool, typer.Option("--none", help="Take every role away.")] = False,
) -> None:
    """Give a member exactly these roles."""
    from server.cli.commands import members as commands

    commands.set_roles(organisation, email=email, roles=role or [], none=none)


@app.command()
def reset_password(organisation: OrganisationOption, email: EmailOption) -> None:
    """Remove a member's password, end their sessions, and print a link to choose a new one, which works once."""
    from server.cli.commands import members as commands

    commands.reset_password(organisation, email=email)


@app.command()
def remove_factors(organisation: OrganisationOption, email: EmailOption) -> None:
    """Remove all second factors of a member who has lost them, and end their sessions."""
    from server.cli.commands import members as commands

    commands.remove_factors(organisation, email=email)


@app.command()
def deactivate_member(organisation: OrganisationOption, email: EmailOption) -> None:
    """Deactivate a member, who can no longer sign in; their sessions end at once."""
    from server.cli.commands import members as commands

    commands.deactivate_member(organisation, email=email)
