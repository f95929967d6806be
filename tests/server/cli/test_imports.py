"""Tests of the import commands: what they print, their exit codes, and the trackers that they open."""

from pathlib import Path

import pytest

from models import Organisation
from tests.support import factories as make
from tests.support.paths import DATA
from tests.support.servers.trackers import environment, run_command

pytestmark = pytest.mark.server


async def test_warnings_begin_with_the_word_and_do_not_fail_the_command(database: str, folder: Path) -> None:
    env = environment(database)
    await run_command(folder, env, "add-organisation", "Acme")
    file = DATA / "ilr" / "errors" / "temporary-nino.xml"
    code, out, _ = await run_command(folder, env, "import-learners", str(file), "--organisation", "Acme", "--strict")
    message = "This is a temporary number: ask the learner for their own. It is not stored."
    assert code == 0
    assert f"warning: line 5, TN2, NINumber: {message}\n" in out
    assert [line.split(":")[0] for line in out.splitlines()] == ["warning", "warning", "ILR 2025-26 learners"]


async def test_trackers_about_errors_are_opened_and_listed_without_values(database: str, folder: Path) -> None:
    env = environment(database)
    organisation = ("--organisation", "Acme")
    await run_command(folder, env, "add-organisation", "Acme")
    await make.member(await Organisation.get(name="Acme"), email="boss@example.org")
    file = folder / "learners.csv"
    file.write_text("learnerReference,givenNames,familyName,uln\nA1,Mary,Sméth,9276308686\nA2,John,Black,9276308685\n")
    for options, error in (
        (
            ["--open-trackers", "--assign-to", "nobody@example.org"],
            "--assign-to: no active administrator of this organisation has that e-mail address. Nothing was written.",
        ),
        (["--assign-to", "boss@example.org"], "--assign-to has no effect without --open-trackers."),
    ):
        code, out, err = await run_command(folder, env, "import-learners", str(file), *organisation, *options)
        assert (code, out) == (2, "")
        assert err.splitlines()[-1] == error
    options = ["--open-trackers", "--assign-to", "boss@example.org"]
    code, out, _ = await run_command(folder, env, "import-learners", str(file), *organisation, *options, "--dry-run")
    assert (code, out.splitlines()[-3:]) == (
        1,
        [
            "a tracker would be opened: A2, ULN [ULN_04]",
            "Nothing was written.",
            "CSV learners: 2 new, 0 changed, 0 unchanged, 0 kept, 0 refused, 1 with errors, 1 tracker to open",
        ],
    )
    code, out, _ = await run_command(folder, env, "import-learners", str(file), *organisation, *options)
    assert (code, out.splitlines()[-2:]) == (
        1,
        [
            "tracker 1 was opened: A2, ULN [ULN_04]",
            "CSV learners: 2 new, 0 changed, 0 unchanged, 0 kept, 0 refused, 1 with errors, 1 tracker opened",
        ],
    )
    assert "9276308685" not in out


async def test_an_employer_without_a_name_is_refused_as_such(database: str, folder: Path) -> None:
    env = environment(database)
    await run_command(folder, env, "add-organisation", "Acme")
    file = folder / "employers.csv"
    file.write_text("Company,ERN\nNULL,100012345\n")
    code, out, _ = await run_command(folder, env, "import-employers", str(file), "--organisation", "Acme")
    assert (code, out.splitlines()) == (
        1,
        [
            "line 2: an employer without a name was refused",
            "    line 2, Company: It is missing.",
            "CSV employers: 0 new, 0 changed, 0 unchanged, 0 kept, 1 refused",
        ],
    )
