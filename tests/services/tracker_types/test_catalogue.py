"""Tracker types: what a process keeps of them."""

import pytest

from models import TrackerTypeVersion
from services.tracker_types import catalogue
from tests.support import factories as make


async def test_forms_are_answered_whole_when_no_more_are_to_be_kept(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_FORMS_KEPT", 0)
    old, new = [await TrackerTypeVersion.get(type=await make.tracker_type()) for _ in range(2)]
    await catalogue.forms([old.id])

    found = await catalogue.forms([old.id, new.id])

    assert {version: (form.id, form.version) for version, form in found.items()} == {
        old.id: (old.id, 1),
        new.id: (new.id, 1),
    }
