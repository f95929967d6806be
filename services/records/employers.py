"""Creating, updating and listing employers.

Everyone who may create trackers may create an employer; only those who manage settings may confirm one.
"""

from dataclasses import dataclass
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models import AuditKind, Employer, Role
from models.base import new_id
from models.database import fetch, transaction
from models.rows import columns, instance
from services.audit import audit
from services.kernel.absent import ABSENT, Absent
from services.kernel.checks import check_name
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, ForbiddenError, Problem, ValidationFailed
from services.kernel.locks import lock_until_commit
from services.kernel.merged_ids import surviving_ids
from services.kernel.unit_of_work import unit_of_work
from services.kernel.words import quote_enum
from services.paging.by_name import page_by_name
from services.paging.pages import Page, PageRequest
from services.row_selection import RowSelection
from services.viewer import Viewer

MAX_NAME_LENGTH = 200
_DUPLICATE_NAME = Problem(("name",), ErrorCode.DUPLICATE, "There is an employer of this name already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerUpdate:
    """The input of ``update_employer``. Absent fields keep their values; null is rejected."""

    employer_id: UUID
    name: str | Absent | None = ABSENT
    confirmed: bool | Absent | None = ABSENT


async def create_employer(viewer: Viewer, *, name: str, confirmed: bool) -> Employer:
    """Create an employer in the viewer's organisation.

    Raises ForbiddenError without CREATE_TRACKERS or MANAGE_SETTINGS. Raises ValidationFailed with all problems: a
    ``name`` that is blank, contains control characters, has more than 200 characters or is already in use (ignoring
    case), and FORBIDDEN at ``confirmed`` without MANAGE_SETTINGS.
    """
    if not (viewer.has(Role.CREATE_TRACKERS) or viewer.has(Role.MANAGE_SETTINGS)):
        raise ForbiddenError(
            f"This needs the role {quote_enum(Role.CREATE_TRACKERS)} or {quote_enum(Role.MANAGE_SETTINGS)}."
        )
    return await unit_of_work(lambda: _create(viewer, name, confirmed=confirmed))


async def update_employer(viewer: Viewer, update: EmployerUpdate) -> Employer:
    """Rename an employer of the viewer's organisation, or change whether it is confirmed.

    Raises ForbiddenError without MANAGE_SETTINGS, and ValidationFailed with all problems.
    """
    viewer.require_role(Role.MANAGE_SETTINGS)
    return await unit_of_work(lambda: _update(viewer, update))


async def _create(viewer: Viewer, raw_name: str, *, confirmed: bool) -> Employer:
    async with transaction():
        errors = ErrorCollector()
        await lock_employer_names(viewer.organisation_id)
        name = await _check_name(errors.at("name"), viewer, raw_name)
        if confirmed and not viewer.has(Role.MANAGE_SETTINGS):
            message = f"Confirming an employer needs the role {quote_enum(Role.MANAGE_SETTINGS)}."
            errors.at("confirmed").add(ErrorCode.FORBIDDEN, message)
        errors.raise_if_any()
        # Imports of learners do not take the lock on names, so one of them may have inserted this name in the meantime.
        inserted = await fetch(
            "INSERT INTO employer (id, organisation_id, name, confirmed) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT DO NOTHING RETURNING id",
            new_id(),
            viewer.organisation_id,
            name,
            confirmed,
        )
        if not inserted:
            raise ValidationFailed([_DUPLICATE_NAME])
        employer = await Employer.get(id=inserted[0]["id"])
        await audit(viewer, AuditKind.EMPLOYER_CREATED, employer.id, _audit_details(employer))
        return employer


async def _update(viewer: Viewer, update: EmployerUpdate) -> Employer:
    async with transaction():
        errors = ErrorCollector()
        if isinstance(update.name, str):
            await lock_employer_names(viewer.organisation_id)  # before the row, as imports do
        employer = await _lock_employer(viewer, update.employer_id)
        before = None if employer is None else _audit_details(employer)
        if employer is None:
            errors.at("id").add(ErrorCode.NOT_FOUND, "There is no such employer.")
        elif isinstance(update.name, str):
            employer.name = await _check_name(errors.at("name"), viewer, update.name, employer=employer)
        _refuse_nulls(errors, update)
        errors.raise_if_any()
        assert employer is not None
        if isinstance(update.confirmed, bool):
            employer.confirmed = update.confirmed
        if _audit_details(employer) != before:
            await _save(employer)
            details = {"before": before, "after": _audit_details(employer)}
            await audit(viewer, AuditKind.EMPLOYER_UPDATED, employer.id, details)
        return employer


async def _save(employer: Employer) -> None:
    try:
        await employer.save(update_fields=["name", "confirmed"])
    except IntegrityError:  # an import has just inserted an employer with this name
        raise ValidationFailed([_DUPLICATE_NAME]) from None


async def _lock_employer(viewer: Viewer, employer_id: UUID) -> Employer | None:
    surviving = await surviving_ids(viewer.organisation_id, [employer_id])
    records = await fetch(
        f"SELECT {columns(Employer, 'e')} FROM employer e WHERE e.id = $1 AND e.organisation_id = $2 FOR NO KEY UPDATE",
        surviving[employer_id],
        viewer.organisation_id,
    )
    return instance(Employer, "e", records[0]) if records else None


async def _check_name(
    errors: ErrorCollector, viewer: Viewer, raw_name: str, *, employer: Employer | None = None
) -> str:
    """Check the new name of an employer and return it as stored.

    The caller has locked the names of the organisation's employers, so that an unused name remains so.
    """
    name = check_name(
        errors,
        raw_name,
        label="The name",
        max_length=MAX_NAME_LENGTH,
        required_message="Give the employer a name.",
    )
    if errors.problems or (employer is not None and name == employer.name):
        return name
    duplicates = await fetch(
        "SELECT FROM employer WHERE organisation_id = $1 AND name_key(name) = name_key($2) AND id IS DISTINCT FROM $3 LIMIT 1",
        viewer.organisation_id,
        name,
        None if employer is None else employer.id,
    )
    if duplicates:
        errors.extend([_DUPLICATE_NAME])
    return name


async def lock_employer_names(organisation_id: UUID) -> None:
    """Lock the names of an organisation's employers until the transaction ends.

    Imports of learners add employers without this lock, and skip those whose name is taken.
    """
    await lock_until_commit(f"trackers employers {organisation_id}")


def _refuse_nulls(errors: ErrorCollector, update: EmployerUpdate) -> None:
    for name, value in (("name", update.name), ("confirmed", update.confirmed)):
        if value is None:
            errors.at(name).add(ErrorCode.REQUIRED, "An employer always has one; leave it out to keep it.")


def _audit_details(employer: Employer) -> dict[str, object]:
    return {"name": employer.name, "confirmed": employer.confirmed}


async def page_of_employers(
    viewer: Viewer,
    request: PageRequest,
    selection: RowSelection[Employer],
    *,
    search: str | None,
    confirmed_only: bool,
    count: bool,
) -> Page:
    """Fetch a page of employers, ordered by name, whose names contain every word of ``search``."""
    condition = "r.confirmed" if confirmed_only else "true"
    return await page_by_name(viewer, request, selection, search=search, condition=condition, count=count)
