"""The lines of a server's log, each of which must be JSON."""

import json
import time
from pathlib import Path
from typing import Any


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def logged(log: Path, **wanted: Any) -> list[dict[str, Any]]:
    """The lines that hold all of this, once there is one: a line is written when its answer has been sent."""
    for _ in range(400):
        if found := [line for line in lines(log) if all(line.get(name) == value for name, value in wanted.items())]:
            return found
        time.sleep(0.05)
    raise AssertionError(f"no line has {wanted}: {log.read_text()}")
