"""The names, options and help of the commands for secrets; what they do is in ``commands.security``."""

from typing import Annotated

import typer

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
