"""The names, options and help of the commands for secrets and audit; what they do is in ``commands``."""

from typing import Annotated

import typer

from server.cli.members import OrganisationOption

app = typer.Typer()


@app.command()
def rotate_secret(
    end_older: Annotated[
        bool, typer.Option("--end-older", help="Remove the older secrets instead, which then no longer verify.")
    ] = False,
) -> None:
    """Put a new secret before the current one, which goes on to verify; the servers take it when they start next."""
    from server.cli.commands import security as commands

    commands.rotate_secret(end_older=end_older)


@app.command()
def export_audit(
    organisation: OrganisationOption,
    learner_reads: Annotated[
        bool, typer.Option("--learner-reads", help="Export who has read which learner's record instead.")
    ] = False,
) -> None:
    """Write an organisation's audit to standard output, as CSV and oldest first."""
    from server.cli.commands import audit as commands

    commands.export_audit(organisation, learner_reads=learner_reads)
