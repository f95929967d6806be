"""The command ``trackers``: what an operator can say."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from models import MemberKind, Role
from models.database import database
from resolvers.schema_root import sdl
from server.cli import imports, output
from server.cli.doctor import examine
from server.database import bring_up_to_date, database_of, with_database
from server.process.serve import bind
from server.process.serve import serve as serve_until_signal
from server.setting_values import database_credentials
from server.settings import Settings
from services.accounts.members import add_member as write_member
from services.accounts.passwords import generate_password
from services.demo.data import ACCOUNTS, PASSWORD
from services.demo.fill import DatabaseNotEmptyError, fill_demo
from services.records.organisations import add_organisation as write_organisation
from services.records.organisations import find_organisation

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Trackers for training providers: the server, and what its operators need.",
)
out = output.out

OfOrganisation = Annotated[str, typer.Option("--organisation", help="The organisation's name.")]


def main() -> None:
    """The console script."""
    output.explain(app)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes.")] = 1,
    demo: Annotated[bool, typer.Option(hidden=True, help="Fill an empty database with the demo data.")] = False,
) -> None:
    """Serve the API, the playground and the mail worker until Ctrl-C."""
    settings = output.settings()
    try:
        bound = bind(host, port)
    except OSError as error:
        output.stop(f"Nothing can be served on {host} port {port}: {error.strerror}.")
    with database_of(settings) as url:
        has_demo = asyncio.run(with_database(settings, url, _demo_if_empty if demo else _has_demo))
        address = f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"
        serve_until_signal(
            settings, url, bound, workers=workers, announce=lambda: _announce(settings, address, demo=has_demo)
        )


async def _has_demo() -> bool:
    return await find_organisation(ACCOUNTS[0].organisation) is not None


async def _demo_if_empty() -> bool:
    try:
        await fill_demo()
    except DatabaseNotEmptyError:
        return await _has_demo()
    return True


def _announce(settings: Settings, address: str, *, demo: bool) -> None:
    out.print(f"Playground  {address}/graphql")
    mail = settings.mail_folder if settings.smtp is None else f"{settings.smtp.host}, port {settings.smtp.port}"
    out.print(f"Mail        {mail}")
    if demo:
        out.print(f"Accounts    the password of each is {PASSWORD}")
        for account in ACCOUNTS:
            out.print(f"            {account.email:<28} {account.kind.lower()}, {account.organisation}")
    sys.stdout.flush()


@app.command()
def migrate() -> None:
    """Bring the database to the newest migration."""
    settings = output.settings()

    async def work(url: str) -> None:
        async with database(database_credentials(url)):
            await bring_up_to_date()

    with database_of(settings) as url:
        asyncio.run(work(url))
    out.print("The database is up to date.")


@app.command()
def demo() -> None:
    """Fill an empty database with the demo data."""
    output.run(fill_demo)
    out.print(f"{len(ACCOUNTS)} accounts; the password of each is {PASSWORD}")


@app.command()
def add_organisation(name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """Add a training provider."""
    output.run(lambda: write_organisation(name))
    out.print(f"{name} is there. Add its first administrator with `trackers add-member`.")


@app.command()
def add_member(
    organisation: OfOrganisation,
    email: Annotated[str, typer.Option(help="What signs in, and where mails go.")],
    name: Annotated[str, typer.Option(help="The name as one reads it.")],
    kind: Annotated[MemberKind, typer.Option(case_sensitive=False, help="What the member is.")],
    role: Annotated[list[Role] | None, typer.Option(case_sensitive=False, help="May be given several times.")] = None,
) -> None:
    """Add a member of the staff; the password is asked for, or generated where nobody is there to ask."""
    asked = sys.stdin.isatty()
    password = (
        typer.prompt("Password (12 to 200 characters)", hide_input=True, confirmation_prompt=True)
        if asked
        else generate_password()
    )

    async def work() -> None:
        into = await output.organisation(organisation)
        await write_member(into, email=email, name=name, kind=kind, roles=role or [], password=password)

    output.run(work)
    out.print(f"{name} can sign in." if asked else f"{name} can sign in with the password {password}")


File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file.")]


@app.command()
def import_learners(
    file: File,
    organisation: OfOrganisation,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, write nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing if any learner is refused.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Take the file's word also where an approval changed a record here.")
    ] = False,
) -> None:
    """Import learners from an ILR return (XML) or a CSV file."""
    imports.learners(file, organisation, dry_run=dry_run, strict=strict, overwrite=overwrite)


@app.command()
def import_employers(file: File, organisation: OfOrganisation) -> None:
    """Import employers from a CSV file: name, employerId, confirmed."""
    imports.employers(file, organisation)


@app.command()
def schema() -> None:
    """Print the schema's SDL."""
    sys.stdout.write(sdl())


@app.command()
def doctor() -> None:
    """Look at database, migrations, mail, secret and public address; exit 1 if anything is wrong."""
    settings = output.settings()

    async def work(url: str) -> bool:
        findings = [finding async for finding in examine(settings, url)]
        for well, line in findings:
            out.print(f"{'ok   ' if well else 'WRONG'} {line}")
        return all(well for well, _ in findings)

    with database_of(settings) as url:
        sys.exit(0 if asyncio.run(work(url)) else 1)
