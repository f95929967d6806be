"""Running the command, and reporting errors that its user can fix as one line."""

from collections.abc import Callable


def run_app(app: Callable[[], object]) -> None:
    """Run the command; exit with code 2, and one line on standard error, at an error that its user can fix."""
    try:
        app()
    except Exception as error:
        # Imported now, because the classes of these errors are in nearly every package.
        from server.cli.errors import describe_error
        from server.cli.output import fail

        message = describe_error(error)
        if message is None:
            raise
        fail(message)
