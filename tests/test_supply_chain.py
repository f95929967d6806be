"""The bill of materials and the licences have every locked package, and none whose licence forbids this use."""

import re

import pytest

from tests.support.paths import ROOT
from tests.support.supply_chain.licences import licences
from tests.support.supply_chain.locks import (
    PLAYGROUND,
    RUN_REQUIREMENTS,
    npm_packages,
    python_packages,
    tool_directories,
)
from tests.support.supply_chain.sbom import bill_of_materials

pytestmark = pytest.mark.slow

COPYLEFT = re.compile(r"\bA?GPL|General Public", re.IGNORECASE)
LESSER = re.compile(r"\bLGPL|Lesser", re.IGNORECASE)


def test_the_bill_of_materials_has_every_locked_package() -> None:
    bom = bill_of_materials()
    python, npm = python_packages(RUN_REQUIREMENTS), npm_packages([PLAYGROUND])
    components = sorted((component["name"], component["version"]) for component in bom["components"])
    assert components == sorted([*python, *((package.name, package.version) for package in npm)])
    assert len(python) > 30
    assert len(npm) > 30
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    assert bom["metadata"]["component"]["name"] == "trackers"
    assert all(component["purl"] for component in bom["components"])


def test_every_package_that_runs_has_a_licence_that_permits_it() -> None:
    listed = licences()
    assert [entry for entry in listed if entry.licence in ("UNKNOWN", "")] == []
    ships = [entry for entry in listed if entry.ships]
    # Of a choice of licences, one that permits it is enough.
    assert [
        entry
        for entry in ships
        if COPYLEFT.search(entry.licence) and not LESSER.search(entry.licence) and " OR " not in entry.licence
    ] == []
    assert len(ships) > 60


def test_every_npm_lock_is_audited() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    directories = [PLAYGROUND, *tool_directories()]
    assert f"NPM_LOCKS = {' '.join(str(directory.relative_to(ROOT)) for directory in directories)}\n" in makefile
