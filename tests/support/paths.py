"""Paths of files and directories that tests use."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
NPM = ROOT / "tests" / "support" / "npm"
"""The directory of the npm packages that tests use, each of which has its own lock file."""
SDL = ROOT / "schema" / "schema.graphql"
