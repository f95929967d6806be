"""Leaving out optional packages while a library is imported."""

import sys
from importlib import import_module

import pytest

from models.optional_packages import left_out


def test_a_package_cannot_be_imported_in_the_block_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with left_out("this"), pytest.raises(ImportError):
        import_module("this")
    assert "this" not in sys.modules


def test_a_package_that_has_been_imported_stays() -> None:
    with left_out("sys"):
        assert import_module("sys") is sys
    assert sys.modules["sys"] is sys


def test_a_failed_import_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with pytest.raises(RuntimeError), left_out("this"):
        raise RuntimeError
    assert "this" not in sys.modules
