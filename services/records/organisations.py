"""Organisations: the training providers that keep their trackers here."""

from models import Organisation, OrganisationCounter, ProcessAutomation, TrackerCategory
from models.base import new_id
from models.database import fetch, transaction
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.text import check_line, clean_text
from services.kernel.unit_of_work import unit_of_work
from services.tracker_types.builtin import load_builtin_types

LONGEST_NAME = 200


async def add_organisation(name: str) -> Organisation:
    """Add an organisation, with every process automation off.

    Raises ValidationFailed at ``name``: REQUIRED if it is blank, TOO_LONG beyond 200 characters, INVALID_FORMAT if it
    is no text of one line, DUPLICATE if there is one of that name.
    """
    clean, problems = check_line(
        name, path=("name",), label="The name", max_length=LONGEST_NAME, required="Give the organisation a name."
    )
    if problems:
        raise ValidationFailed(problems)
    return await unit_of_work(lambda: _add(clean))


async def organisation_named(name: str) -> Organisation | None:
    """The organisation of this name, written as it is kept but for spaces around it; None if there is none."""
    clean = clean_text(name)
    return await Organisation.get_or_none(name=clean) if clean else None


async def _add(name: str) -> Organisation:
    async with transaction():
        return await make_organisation(name)


async def make_organisation(name: str) -> Organisation:
    """The part of ``add_organisation`` that writes, in the caller's transaction; ``name`` has been checked."""
    made = await fetch(
        "INSERT INTO organisation (id, name, created_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING RETURNING id",
        new_id(),
        name,
    )
    if not made:
        raise ValidationFailed(
            [Problem(("name",), ErrorCode.DUPLICATE, "There is an organisation of this name already.")]
        )
    organisation = await Organisation.get(id=made[0]["id"])
    await OrganisationCounter.create(organisation_id=organisation.id)
    automations = [type_ for type_ in load_builtin_types() if type_.category == TrackerCategory.PROCESS_AUTOMATION]
    await ProcessAutomation.bulk_create(
        ProcessAutomation(organisation_id=organisation.id, key=automation.key) for automation in automations
    )
    return organisation
