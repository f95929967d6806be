"""The ``trackers`` command: the names, options and help of its subcommands, but for those for members.

What they do is in ``commands``. It is imported within the functions, because it imports nearly everything, and the help
would take seconds.
"""

import gc
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from server.cli import members, security, sign_on
from server.cli.members import OrganisationOption
from server.cli.run_app import run_app

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Trackers for training providers: the server, and the commands to operate it.",
)
app.add_typer(members.app)
app.add_typer(security.app)
app.add_typer(sign_on.app)


def main() -> None:
    """Run the ``trackers`` console script."""
    run_app(app)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="The number of processes.")] = 1,
    demo: Annotated[bool, typer.Option(hidden=True, help="Fill an empty database with the demo data.")] = False,
) -> None:
    """Serve the API, the playground and the mail worker until Ctrl-C."""
    from server.observability.shared_metrics import shared_metrics

    with shared_metrics() if workers > 1 else nullcontext():
        commands = _import_serve()
        commands.serve(host, port, workers=workers, demo=demo)


def _import_serve() -> ModuleType:
    """Import the command that serves, and exclude what the modules define from all garbage collections."""
    gc.disable()  # there is no garbage yet
    try:
        from server.cli.commands import serve as commands
    finally:
        gc.freeze()
        gc.enable()
    return commands


@app.command()
def migrate(
    merges: Annotated[
        bool, typer.Option("--merges", help="List all names that upgrades have merged or changed.")
    ] = False,
) -> None:
    """Apply the pending migrations to the database."""
    from server.cli.commands import database as commands

    commands.migrate(merges=merges)


@app.command()
def demo() -> None:
    """Fill an empty database with the demo data."""
    from server.cli.commands import database as commands

    commands.demo()


@app.command()
def add_organisation(name: Annotated[str, typer.Argument(help="The organisation's name.")]) -> None:
    """Add a training provider."""
    from server.cli.commands import database as commands

    commands.add_organisation(name)


COLUMNS_HELP = "List the columns of a workbook or CSV file, with what they take and their other names, and exit."
AssignToOption = Annotated[
    str | None,
    typer.Option(
        metavar="E-MAIL", help="Assign these trackers to this administrator where the learner's tutor is none."
    ),
]
FileArgument = Annotated[Path, typer.Argument(help="The file to import.")]  # its reader says better what is wrong


def _print_columns(kind: str) -> Callable[[bool], None]:
    """Return the callback of an option that prints the columns of a kind of table and ends the command."""

    def callback(wanted: bool) -> None:
        if wanted:
            from server.cli import import_columns

            sys.stdout.write(f"{import_columns.columns_of(kind)}\n")
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
    assign_to: AssignToOption = None,
    columns: Annotated[
        bool, typer.Option("--columns", is_eager=True, callback=_print_columns("learners"), help=COLUMNS_HELP)
    ] = False,
) -> None:
    """Import learners from an ILR return (XML, or a ZIP archive with one), an Excel workbook (.xlsx) or a CSV file."""
    from server.cli.commands import imports as commands

    commands.run_learner_import(
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
        bool, typer.Option("--columns", is_eager=True, callback=_print_columns("employers"), help=COLUMNS_HELP)
    ] = False,
) -> None:
    """Import employers from an Excel workbook (.xlsx) or a CSV file."""
    from server.cli.commands import imports as commands

    commands.run_employer_import(file, organisation, strict=strict)


@app.command()
def schema() -> None:
    """Print the GraphQL schema as SDL."""
    from resolvers.schema_root import sdl

    sys.stdout.write(sdl())


@app.command()
def doctor() -> None:
    """Check database, migrations, LISTEN, mail, files, secret and public address; exit 1 if a check fails."""
    from server.cli.commands import doctor as commands

    commands.doctor()
