"""Tests of the guide's typed documents: graphql-codegen and TypeScript accept what is right, and find what is wrong."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clients.child_process import NODE_PROGRAM, client_directory, needs_packages, run_client
from tests.support.clients.docs_page import block
from tests.support.clients.npm_tools import PACKAGES, run
from tests.support.paths import SDL
from tests.support.scenarios.tenant import Tenant

pytestmark = needs_packages

OPTIONS = {
    "strict": True, "allowJs": True, "skipLibCheck": True, "module": "nodenext", "target": "esnext", "outDir": "out", "types": [],
}  # fmt: skip


@pytest.fixture
def project() -> Iterator[Path]:
    """Make a directory with the guide's modules and the schema."""
    with client_directory() as directory:
        shutil.copy(SDL, directory / "schema.graphql")
        (directory / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS, "files": ["listing.ts"]}))
        yield directory


def generate(project: Path) -> subprocess.CompletedProcess[str]:
    return run(project, PACKAGES / "@graphql-codegen" / "cli" / "esm" / "bin.js", "--config", "codegen.yml")


def compile_types(project: Path) -> subprocess.CompletedProcess[str]:
    return run(project, PACKAGES / "typescript" / "bin" / "tsc", "--project", ".")


def replace(project: Path, text: str, replacement: str) -> None:
    listing = block("listing.ts")
    assert listing.count(text) == 1
    (project / "listing.ts").write_text(listing.replace(text, replacement), "utf-8")


async def test_typed_documents(tenant: Tenant, project: Path) -> None:
    assert "codegen.yml" in [file.name for file in project.iterdir()]
    for number in range(3):
        await tenant.assign(f"tracker {number}")
    generated = generate(project)
    assert generated.returncode == 0, generated.stdout + generated.stderr
    compiled = compile_types(project)
    assert (compiled.returncode, compiled.stdout) == (0, "")
    program = f"await import({json.dumps(str(project / 'out' / 'listing.js'))})"
    async with run_client(NODE_PROGRAM, program, tenant.url, tenant.ada) as child:
        assert [await child.receive() for _ in "12"] == [{"number": number, "status": "NEW"} for number in (3, 2)]
        await child.wait_for_exit()
    replace(project, "{ number, status } of", "{ number, status, dueOn } of")
    assert "Property 'dueOn' does not exist on type" in compile_types(project).stdout
    replace(project, "['NEW']", "['OPEN']")
    assert "Type '\"OPEN\"' is not assignable to type 'TrackerStatus'" in compile_types(project).stdout


def test_a_document_that_does_not_fit_the_schema_is_refused(project: Path) -> None:
    replace(project, "status dueDate }", "status dueOn }")
    generated = generate(project)
    assert generated.returncode == 1
    assert 'Cannot query field "dueOn" on type "Tracker"' in generated.stdout + generated.stderr
