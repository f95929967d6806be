"""Employers: adding and changing them by hand.

Whoever opens trackers may add one on the spot; confirming that there is such an employer is for those who manage
settings.
"""

from dataclasses import dataclass
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models import AuditKind, Employer, Role
from models.base import new_id
from models.database import fetch, transaction
from models.rows import columns, row
from services.audit import audit
from services.kernel.absent import ABSENT, Absent
from services.kernel.errors import ErrorCode, ForbiddenError, Problem, ValidationFailed
from services.kernel.text import check_line
from services.kernel.unit_of_work import unit_of_work
from services.paging.by_name import page_by_name
from services.paging.pages import Page, PageRequest
from services.viewer import Viewer

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerUpdate:
    """What somebody enters to change an employer. What is absent stays; null is refused."""

    employer_id: UUID
    name: str | Absent | None = ABSENT
    confirmed: bool | Absent | None = ABSENT


async def create_employer(viewer: Viewer, *, name: str, confirmed: bool) -> Employer:
    """Add an employer to the viewer's organisation.

    Raises ForbiddenError without CREATE_TRACKERS and without MANAGE_SETTINGS. Raises ValidationFailed with all problems: ``name``
    blank, with control characters, beyond 200 characters or in use in any case, FORBIDDEN at ``confirmed`` without
    MANAGE_SETTINGS.
    """
    if not (viewer.has(Role.CREATE_TRACKERS) or viewer.has(Role.MANAGE_SETTINGS)):
        raise ForbiddenError(f"This needs the role {Role.CREATE_TRACKERS} or {Role.MANAGE_SETTINGS}.")
    return await unit_of_work(lambda: _create(viewer, name, confirmed=confirmed))


async def update_employer(viewer: Viewer, update: EmployerUpdate) -> Employer:
    """Name an employer of the viewer's organisation, or say whether it is confirmed. Trackers that name it stay.

    Raises ForbiddenError without MANAGE_SETTINGS, Rejected with all problems.
    """
    viewer.require_role(Role.MANAGE_SETTINGS)
    return await unit_of_work(lambda: _update(viewer, update))


async def _create(viewer: Viewer, given: str, *, confirmed: bool) -> Employer:
    async with transaction():
        name, problems = await _check_name(viewer, given)
        if confirmed and not viewer.has(Role.MANAGE_SETTINGS):
            message = f"Confirming an employer needs the role {Role.MANAGE_SETTINGS}."
            problems.append(Problem(("confirmed",), ErrorCode.FORBIDDEN, message))
        if problems:
            raise ValidationFailed(problems)
        # An import waits for no turn, and may have made it since.
        made = await fetch(
            "INSERT INTO employer (id, organisation_id, name, confirmed) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT DO NOTHING RETURNING id",
            new_id(),
            viewer.organisation_id,
            name,
            confirmed,
        )
        if not made:
            raise ValidationFailed([_taken()])
        employer = await Employer.get(id=made[0]["id"])
        await audit(viewer, AuditKind.EMPLOYER_CREATED, employer.id, _facts(employer))
        return employer


async def _update(viewer: Viewer, update: EmployerUpdate) -> Employer:
    async with transaction():
        employer = await _locked(viewer, update.employer_id)
        if employer is None:
            raise ValidationFailed(
                [Problem(("id",), ErrorCode.NOT_FOUND, "There is no such employer."), *_nulls(update)]
            )
        before, problems = _facts(employer), _nulls(update)
        if isinstance(update.name, str):
            employer.name, of_name = await _check_name(viewer, update.name, own=employer)
            problems = of_name + problems
        if isinstance(update.confirmed, bool):
            employer.confirmed = update.confirmed
        if problems:
            raise ValidationFailed(problems)
        if _facts(employer) != before:
            await _save(employer)
            details = {"before": before, "after": _facts(employer)}
            await audit(viewer, AuditKind.EMPLOYER_UPDATED, employer.id, details)
        return employer


async def _save(employer: Employer) -> None:
    try:
        await employer.save(update_fields=["name", "confirmed"])
    except IntegrityError:  # an import has just made one of this name
        raise ValidationFailed([_taken()]) from None


async def _locked(viewer: Viewer, employer_id: UUID) -> Employer | None:
    found = await fetch(
        f"SELECT {columns(Employer, 'e')} FROM employer e WHERE e.id = $1 AND e.organisation_id = $2 FOR NO KEY UPDATE",
        employer_id,
        viewer.organisation_id,
    )
    return row(Employer, "e", found[0]) if found else None


async def _check_name(viewer: Viewer, given: str, *, own: Employer | None = None) -> tuple[str, list[Problem]]:
    """A name as it is kept, spaces in a row made one, and what is wrong with it; it stays free until the transaction
    ends.
    """
    spaced = " ".join(given.split())
    name, problems = check_line(
        spaced, path=("name",), label="The name", max_length=LONGEST_NAME, required="Give the employer a name."
    )
    if problems:
        return name, list(problems)
    if own is not None and name == own.name:
        return name, []
    turn = f"trackers employers {viewer.organisation_id}"
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn)
    taken = await fetch(
        "SELECT FROM employer WHERE organisation_id = $1 AND lower(name) = lower($2) AND id IS DISTINCT FROM $3 LIMIT 1",
        viewer.organisation_id,
        name,
        None if own is None else own.id,
    )
    return name, [_taken()] if taken else []


def _nulls(update: EmployerUpdate) -> list[Problem]:
    message = "An employer always has one; leave it out to keep it."
    slots = {"name": update.name, "confirmed": update.confirmed}
    return [Problem((slot,), ErrorCode.REQUIRED, message) for slot, given in slots.items() if given is None]


def _facts(employer: Employer) -> dict[str, object]:
    return {"name": employer.name, "confirmed": employer.confirmed}


def _taken() -> Problem:
    return Problem(("name",), ErrorCode.DUPLICATE, "There is an employer of this name already.")


async def page_of_employers(
    viewer: Viewer, request: PageRequest, *, search: str | None, confirmed_only: bool, count: bool
) -> Page:
    """Employers by name."""
    condition = "r.confirmed" if confirmed_only else "true"
    return await page_by_name(Employer, viewer, request, search=search, condition=condition, count=count)
