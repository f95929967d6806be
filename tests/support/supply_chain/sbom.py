"""A bill of materials in CycloneDX: ``python -m tests.support.supply_chain.sbom [--dev] FILE``.

Python's packages are listed by ``cyclonedx-py`` from the lock file, npm's are added from theirs, and the whole is validated.
With ``--dev`` the tools of development and tests are in it too. Two runs on the same locks make the same file.
"""

import json
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.support.paths import ROOT
from tests.support.supply_chain.locks import (
    ALL_REQUIREMENTS,
    PLAYGROUND,
    RUN_REQUIREMENTS,
    NpmPackage,
    npm_packages,
    tool_directories,
)


def bill_of_materials(*, dev: bool = False) -> dict[str, Any]:
    """Return the bill of materials; raise ValueError if it is not valid CycloneDX."""
    bom = _python_bom(ALL_REQUIREMENTS if dev else RUN_REQUIREMENTS)
    directories = [PLAYGROUND, *(tool_directories() if dev else ())]
    bom["components"] += [_npm_component(package) for package in npm_packages(directories)]
    for component in bom["components"]:
        component.pop("description", None)  # the line of the lock file
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bom))
    if problem is not None:
        raise ValueError(str(problem))
    return bom


def _python_bom(lock: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory) / "bom.json"
        command = [
            str(Path(sys.executable).with_name("cyclonedx-py")),
            "requirements",
            "--output-reproducible",
            "--no-validate",
        ]
        options = [
            "--pyproject",
            str(ROOT / "pyproject.toml"),
            "--spec-version",
            "1.6",
            "--output-file",
            str(output),
            str(lock),
        ]
        subprocess.run([*command, *options], check=True, capture_output=True, timeout=120)
        bom: dict[str, Any] = json.loads(output.read_text("utf-8"))
        return bom


def _npm_component(package: NpmPackage) -> Mapping[str, Any]:
    purl = f"pkg:npm/{quote(package.name, safe='/')}@{quote(package.version)}"
    digest = b64decode(package.integrity.removeprefix("sha512-")).hex()
    return {
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
        "licenses": [{"license": {"name": package.licence}}],
        "hashes": [{"alg": "SHA-512", "content": digest}],
    }


def main(arguments: list[str]) -> None:
    """Write the bill of materials to the file in the arguments."""
    *options, path = arguments
    text = json.dumps(bill_of_materials(dev="--dev" in options), indent=2)
    Path(path).write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
