"""The data files of the demo data."""

import tomllib
from importlib.resources import files
from typing import Any


def read(name: str) -> dict[str, Any]:
    """The data file of this name."""
    return tomllib.loads(files("services.demo").joinpath(f"{name}.toml").read_text("utf-8"))
