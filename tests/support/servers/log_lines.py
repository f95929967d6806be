"""Helpers that read a server's log, each line of which must be JSON."""

import json
import time
from pathlib import Path
from typing import Any


def read_lines(log: Path) -> list[dict[str, Any]]:
    """Return the parsed lines of a log."""
    return [json.loads(line) for line in log.read_text().splitlines()]


def wait_for_lines(log: Path, **fields: Any) -> list[dict[str, Any]]:
    """Wait for lines with these fields and return them, parsed; a line is written after its response has been sent."""
    for _ in range(400):
        if matching := [
            line for line in read_lines(log) if all(line.get(name) == value for name, value in fields.items())
        ]:
            return matching
        time.sleep(0.05)
    raise AssertionError(f"no line has {fields}: {log.read_text()}")
