"""The commands for secrets."""

from pathlib import Path

import pytest

from tests.support.servers.trackers import environment, run_command

pytestmark = pytest.mark.server


async def test_the_secret_in_the_state_directory_is_rotated(folder: Path) -> None:
    file = folder / "var" / "secret"
    read = "A server takes it when it starts next. docs/operate/secrets.md says what comes then.\n"

    code, out, _ = await run_command(folder, environment(), "rotate-secret")
    assert (code, out) == (0, f"{file} holds a new secret, and 1 that still verify.\n{read}")
    new, old = file.read_text().split()
    assert {len(new), len(old)} == {64}
    assert (await run_command(folder, environment(), "doctor"))[1].splitlines()[-2] == (
        "ok    secret: 64 bytes, and 1 older that verify too"
    )
    code, out, _ = await run_command(folder, environment(), "rotate-secret", "--end-older")
    assert (code, out, file.read_text()) == (0, f"{file} holds the current secret alone.\n{read}", f"{new}\n")


async def test_a_secret_of_the_variable_is_not_shown(folder: Path) -> None:
    older = "o" * 40
    env = environment("postgres://nobody@127.0.0.1:1/none") | {"TRACKERS_SECRET": f"{'s' * 40},{older}"}

    code, out, err = await run_command(folder, env, "rotate-secret")
    assert (code, err) == (0, "")
    before, new, after = out.splitlines()
    assert before == "Set TRACKERS_SECRET on every server to this new secret, a comma, and what it holds now:"
    assert (len(new), after) == (
        64,
        "A server takes it when it starts next. docs/operate/secrets.md says in which order.",
    )
    code, out, _ = await run_command(folder, env, "rotate-secret", "--end-older")
    assert (code, out.splitlines()[0]) == (
        0, "TRACKERS_SECRET holds 1 older secrets: remove what follows its first comma."
    )  # fmt: skip
    assert list(folder.iterdir()) == []
