"""Imports into one organisation run one after the other."""

from uuid import UUID

from models.database import fetch


async def wait_for_turn(organisation_id: UUID) -> None:
    """Wait until no other import into the organisation runs; the turn ends with the transaction."""
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"trackers import {organisation_id}")
