"""Tests of ``services.ilr``."""
