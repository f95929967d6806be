"""What a process imports in order to serve."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.server

IMPORTED = """
import sys
import server.cli.main, server.cli.commands.serve
print(sorted({name.partition(".")[0] for name, module in sys.modules.items() if module} & set(sys.argv[1:])))
"""
NOT_NEEDED = ["cryptography", "pydantic", "python_calamine", "structlog"]


def test_a_server_imports_nothing_that_it_never_uses() -> None:
    ran = subprocess.run([sys.executable, "-c", IMPORTED, *NOT_NEEDED], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
