"""The commands for secrets."""

from server.cli import output
from server.cli.output import stdout
from server.settings import Settings
from server.state_directory import new_secret, rotate_secrets


def rotate_secret(*, end_older: bool) -> None:
    """Rotate the secret in the state directory or, if it is set by a variable, print what to set."""
    settings = output.load_settings()
    if settings.secrets:
        _print_variable(settings, end_older=end_older)
        return
    secrets = rotate_secrets(settings.state_dir, keep_older=not end_older)
    path = settings.state_dir / "secret"
    if end_older:
        stdout.print(f"{path} holds the current secret alone.")
    else:
        stdout.print(f"{path} holds a new secret, and {len(secrets) - 1} that still verify.")
    stdout.print("A server takes it when it starts next. docs/operate/secrets.md says what comes then.")


def _print_variable(settings: Settings, *, end_older: bool) -> None:
    if end_older:
        older = len(settings.secrets) - 1
        stdout.print(f"TRACKERS_SECRET holds {older} older secrets: remove what follows its first comma.")
    else:
        stdout.print("Set TRACKERS_SECRET on every server to this new secret, a comma, and what it holds now:")
        stdout.print(new_secret())
    stdout.print("A server takes it when it starts next. docs/operate/secrets.md says in which order.")
