"""The ``trackers`` command and its subcommands."""

import asyncio
import contextlib
import errno
import logging
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from resolvers.schema_root import sdl
from server.cli import imports, members, output
from server.cli.doctor import check_installation
from server.cli.import_columns import columns_text
from server.cli.output import OrganisationOption
from server.database import Upgrade, connected_database, database_server, run_with_database, upgrade_database
from server.database_check import check_listening
from server.process.serve import bind
from server.process.serve import serve as serve_until_signal
from server.settings import Settings
from services.demo.data import ACCOUNTS, PASSWORD
from services.demo.fill import DatabaseNotEmptyError, fill_demo
from services.imports.tables.columns import ColumnSet
from services.imports.tables.employer_columns import EMPLOYER_COLUMNS
from services.imports.tables.learner_columns import LEARNER_COLUMNS
from services.records.name_merges import describe_name_merges
from services.records.organisations import add_organisation as write_organisation
from services.records.organisations import find_organisation

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Trackers for training providers: the server, and the commands to operate it.",
)
stdout = output.stdout
_log = logging.getLogger("trackers.serve")

app.add_typer(members.app)


def main() -> None:
    """Run the ``trackers`` console script."""
    output.run_app(app)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="The number of processes.")] = 1,
    demo: Annotated[bool, typer.Option(hidden=True, help="Fill an empty database with the demo data.")] = False,
) -> None:
    """Serve the API, the playground and the mail worker until Ctrl-C."""
    output.load_settings()
    server_socket = _bind(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{server_socket.getsockname()[1]}"
    settings = replace(output.settings_served_at(address), allow_local_origins=demo)
    settings.signing_secret()
    with database_server(settings) as url:
        has_demo = asyncio.run(run_with_database(settings, url, _fill_demo_if_empty if demo else _has_demo))
        if problem := asyncio.run(check_listening(settings, url)):
            _log.warning("LISTEN: %s", problem)
        serve_until_signal(
            settings, url, server_socket, workers=workers, announce=lambda: _announce(settings, address, demo=has_demo)
        )


def _bind(host: str, port: int) -> socket.socket:
    try:
        return bind(host, port)
    except OSError as error:
        reason = "another program listens there already" if error.errno == errno.EADDRINUSE else error.strerror
        output.fail(f"Cannot listen on {host}, port {port}: {reason}. Choose others with --host and --port.")


async def _has_demo() -> bool:
    return await find_organisation(ACCOUNTS[0].organisation) is not None


async def _fill_demo_if_empty() -> bool:
    try:
        await fill_demo()
    except DatabaseNotEmptyError:
        return await _has_demo()
    return True


def _announce(settings: Settings, address: str, *, demo: bool) -> None:
    stdout.print(f"Playground  {address}/graphql")
    mail = settings.mail_folder if settings.smtp is None else f"{settings.smtp.host}, port {settings.smtp.port}"
    stdout.print(f"Mail        {mail}")
    if demo:
        stdout.print(f"Accounts    the password of each is {PASSWORD}")
        for account in ACCOUNTS:
            stdout.print(f"            {account.email:<28} {account.kind.lower()}, {account.organisation}")
    sys.stdout.flush()


@app.command()
def migrate(
    merges: Annotated[
        bool, typer.Option("--merges", help="List all names that upgrades have merged or changed.")
    ] = False,
) -> None:
    """Apply the pending migrations to the database."""
    settings = output.load_settings()

    async def work(url: str) -> Upgrade:
        async with connected_database(settings, url):
            upgrade = await upgrade_database()
            return upgrade._replace(merges=await describe_name_merges()) if merges else upgrade

    with database_server(settings) as url:
        upgrade = asyncio.run(work(url))
    for line in (*upgrade.done, *upgrade.merges):
        stdout.print(line)
    stdout.print("The database is up to date.")


@app.command()
def demo() -> None:
    """Fill an empty database with the demo data."""
    output.run(fill_demo)
    stdout.print(f"{len(ACCOUNTS)} accounts; the password of each is {PASSWORD}")


@app.command()
def add_organisation(name: Annotated[str, typer.Argument(help="The organisation's name.")]) -> None:
    """Add a training provider."""
    output.run(lambda: write_organisation(name))
    stdout.print(f"{name} has been added. Add its first administrator with `trackers add-member`.")


COLUMNS_HELP = "List the columns of a workbook or CSV file, with what they take and their other names, and exit."
FileArgument = Annotated[Path, typer.Argument(help="The file to import.")]  # its reader says better what is wrong


def _print_columns(columns: ColumnSet) -> Callable[[bool], None]:
    """Return the callback of an option that prints the columns of a table and ends the command."""

    def callback(wanted: bool) -> None:
        if wanted:
            stdout.print(columns_text(columns))
            raise typer.Exit

    return callback


@app.command()
def import_learners(
    file: FileArgument,
    organisation: OrganisationOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report what would be done, and write nothing.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Write nothing if any learner or column is refused or has an error.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Overwrite learners whom an approval has changed since the last import.")
    ] = False,
    open_trackers: Annotated[
        bool, typer.Option("--open-trackers", help="Open an ILR tracker for each new error of a learner.")
    ] = False,
    assign_to: Annotated[
        str | None,
        typer.Option(
            metavar="E-MAIL",
            help="Assign these trackers to this administrator where the learner's tutor is none.",
        ),
    ] = None,
    columns: Annotated[
        bool, typer.Option("--columns", is_eager=True, callback=_print_columns(LEARNER_COLUMNS), help=COLUMNS_HELP)
    ] = False,
) -> None:
    """Import learners from an ILR return (XML, or a ZIP archive with one), an Excel workbook (.xlsx) or a CSV file."""
    imports.run_learner_import(
        file,
        organisation,
        dry_run=dry_run,
        strict=strict,
        overwrite=overwrite,
        open_trackers=open_trackers,
        assign_to=assign_to,
    )


@app.command()
def import_employers(
    file: FileArgument,
    organisation: OrganisationOption,
    strict: Annotated[
        bool, typer.Option("--strict", help="Write nothing if any employer or column is refused.")
    ] = False,
    columns: Annotated[
        bool, typer.Option("--columns", is_eager=True, callback=_print_columns(EMPLOYER_COLUMNS), help=COLUMNS_HELP)
    ] = False,
) -> None:
    """Import employers from an Excel workbook (.xlsx) or a CSV file."""
    imports.run_employer_import(file, organisation, strict=strict)


@app.command()
def schema() -> None:
    """Print the GraphQL schema as SDL."""
    sys.stdout.write(sdl())


@app.command()
def doctor() -> None:
    """Check database, migrations, LISTEN, mail, files, secret and public address; exit 1 if a check fails."""
    settings = output.load_settings()

    async def work(url: str | None) -> bool:
        results = [result async for result in check_installation(settings, url)]
        for passed, line in results:
            stdout.print(f"{'ok   ' if passed else 'WRONG'} {line}")
        return all(passed for passed, _ in results)

    with contextlib.ExitStack() as stack:
        has_database = settings.database_url or settings.has_embedded_database()
        url = stack.enter_context(database_server(settings)) if has_database else None
        sys.exit(0 if asyncio.run(work(url)) else 1)
