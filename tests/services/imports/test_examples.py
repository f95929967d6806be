"""Tests of importing the files in ``examples/``, and a real ILR return if one is available."""

from collections import Counter

import pytest

from models import Employer, Learner, LearningAim, MemberKind, Organisation
from services.imports.employers import import_employers
from tests.support import factories
from tests.support.paths import ROOT
from tests.support.scenarios.imports import counts, import_file

pytestmark = pytest.mark.usefixtures("database")

REAL_RETURNS = sorted((ROOT.parent / "shared" / "data").glob("*.xml"))


@pytest.fixture
async def provider() -> Organisation:
    organisation = await factories.organisation("Provider")
    await factories.member(organisation, kind=MemberKind.TUTOR, email="tutor@northgate.example")
    return organisation


async def test_the_examples_are_imported(provider: Organisation) -> None:
    examples = ROOT / "examples"
    assert counts(await import_file(examples / "ilr-2026-27.xml", provider)) == (10, 0, 0, 0, 0)
    employers = await import_employers(examples / "employers.csv", organisation_id=provider.id)
    assert (employers.new, employers.changed, employers.refused.items) == (1, 4, [])
    assert counts(await import_file(examples / "learners.csv", provider)) == (2, 0, 0, 0, 0)
    assert counts(await import_file(examples / "ilr-2026-27.xml", provider)) == (0, 0, 10, 0, 0)
    assert Counter(str(row.programme_status) for row in await Learner.all()) == {
        "ACTIVE": 6,
        "COMPLETE": 2,
        "ON_A_BREAK": 1,
        "WITHDRAWN": 1,
        "READY_TO_ENROL": 1,
        "ONBOARDING": 1,
    }
    assert [row.name for row in await Employer.filter(confirmed=True).order_by("name")] == [
        "Bell, Book & Sons",
        "Harbour Care Group",
        "Market Street Bakery",
        "Northgate Motors Ltd",
    ]


@pytest.mark.skipif(not REAL_RETURNS, reason="no real ILR return in ../shared/data")
async def test_a_real_return_is_imported(provider: Organisation) -> None:
    # The return has 33 learners with 43 aims. Its namespace is of 2019-20, its file name of 1819 and its header of 2021.
    report = await import_file(REAL_RETURNS[0], provider)
    assert (report.source, counts(report)) == ("ILR 2019-20", (33, 0, 0, 0, 0))
    assert (await LearningAim.all().count(), await LearningAim.filter(restart=True).count()) == (43, 1)
    [employer] = await Employer.all()
    assert (employer.name, employer.employer_id, employer.confirmed) == ("154549452", "154549452", False)
    assert await Learner.filter(employer_id=employer.id).count() == 32
    rows = await Learner.all().prefetch_related("programme")
    assert Counter((row.programme and row.programme.name, str(row.programme_status)) for row in rows) == {
        ("No programme", "ACTIVE"): 21,
        ("No programme", "COMPLETE"): 1,
        ("Framework 420 (ProgType 2)", "ACTIVE"): 3,
        ("Standard 1 (ProgType 25)", "ACTIVE"): 1,
        ("Standard 1 (ProgType 25)", "COMPLETE"): 4,
        ("Traineeship (ProgType 24)", "ACTIVE"): 2,
        ("Traineeship (ProgType 24)", "COMPLETE"): 1,
    }
    assert counts(await import_file(REAL_RETURNS[0], provider)) == (0, 0, 33, 0, 0)
