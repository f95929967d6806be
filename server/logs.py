"""What is logged: warnings, what the server does, and never a value that somebody entered."""

import logging
import sys


def configure_logs() -> None:
    """Log to standard error, one line an entry.

    Libraries speak from WARNING on only: below it uvicorn writes addresses with their query strings, and Tortoise
    the values of statements.
    """
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    logging.getLogger("trackers").setLevel(logging.INFO)
