"""Where the files lie that tests read, whatever folder a test is in."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
NPM = ROOT / "tests" / "support" / "npm"
"""The npm packages that tests use, each in a folder with a lock of its own."""
SDL = ROOT / "schema" / "schema.graphql"
