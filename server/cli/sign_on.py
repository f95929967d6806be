"""The names, options and help of the commands for single sign-on; what they do is in ``commands.sign_on``."""

from pathlib import Path
from typing import Annotated

import typer

from server.cli.members import KindName, OrganisationOption

app = typer.Typer()


@app.command()
def set_sign_on(
    organisation: OrganisationOption,
    issuer: Annotated[str, typer.Option(help="The provider's issuer, such as https://login.example.org.")],
    client_id: Annotated[str, typer.Option(help="The id of this installation at the provider.")],
    domain: Annotated[list[str], typer.Option(help="A mail domain of its members; may be repeated.")],
    client_secret_file: Annotated[
        Path | None,
        typer.Option(help="A file with the client secret; else TRACKERS_SIGN_ON_CLIENT_SECRET, or a prompt."),
    ] = None,
    make_members: Annotated[
        KindName | None, typer.Option(case_sensitive=False, help="Make members of this kind on their first sign-on.")
    ] = None,
    role_claim: Annotated[
        str | None, typer.Option(help="The claim with a person's groups, which decide roles.")
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option(metavar="GROUP=ROLE", help="The role of a group; may be repeated.")
    ] = None,
    verified_claim: Annotated[
        str, typer.Option(help="The claim that says that the address is the person's own.")
    ] = "email_verified",
    required: Annotated[
        bool, typer.Option("--required", help="Let members of these domains sign in in no other way.")
    ] = False,
) -> None:
    """Let an organisation's members sign in through its OpenID Connect provider, in place of one set before."""
    from server.cli.commands import sign_on as commands

    commands.set_sign_on(
        organisation,
        commands.Options(
            issuer=issuer,
            client_id=client_id,
            domains=domain,
            client_secret_file=client_secret_file,
            make_members=make_members,
            role_claim=role_claim,
            roles=role or [],
            verified_claim=verified_claim,
            required=required,
        ),
    )


@app.command()
def remove_sign_on(organisation: OrganisationOption) -> None:
    """Remove an organisation's provider; the sessions opened through it end, and passwords open sessions again."""
    from server.cli.commands import sign_on as commands

    commands.remove_sign_on(organisation)


@app.command()
def list_sign_on() -> None:
    """List the providers: organisation, domains, issuer, and whether its members must use it."""
    from server.cli.commands import sign_on as commands

    commands.list_sign_on()
