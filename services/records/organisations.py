"""Adding and finding organisations: the training providers that use this installation."""

from models import Organisation, OrganisationCounter, ProcessAutomation, TrackerCategory
from models.base import new_id
from models.database import fetch, transaction
from services.kernel.checks import check_name
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.names import clean_name
from services.kernel.unit_of_work import unit_of_work
from services.tracker_types.builtin import load_builtin_types

MAX_NAME_LENGTH = 200


async def add_organisation(name: str) -> Organisation:
    """Add an organisation, with every process automation disabled.

    Raises ValidationFailed at ``name``: REQUIRED for a blank name, TOO_LONG above 200 characters, INVALID_FORMAT for
    control characters and invalid text, DUPLICATE if an organisation with this name exists.
    """
    errors = ErrorCollector()
    clean = check_name(
        errors.at("name"),
        name,
        label="The name",
        max_length=MAX_NAME_LENGTH,
        required_message="Give the organisation a name.",
    )
    errors.raise_if_any()
    return await unit_of_work(lambda: _add(clean))


async def find_organisation(name: str) -> Organisation | None:
    """Return the organisation with exactly this name, as ``clean_name`` keeps it, or None."""
    clean = clean_name(name)
    return await Organisation.get_or_none(name=clean) if clean else None


async def _add(name: str) -> Organisation:
    async with transaction():
        return await insert_organisation(name)


async def insert_organisation(name: str) -> Organisation:
    """Insert an organisation in the caller's transaction; ``name`` must be valid.

    Raises ValidationFailed with DUPLICATE if an organisation with this name exists.
    """
    inserted = await fetch(
        "INSERT INTO organisation (id, name, created_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING RETURNING id",
        new_id(),
        name,
    )
    if not inserted:
        raise ValidationFailed(
            [Problem(("name",), ErrorCode.DUPLICATE, "There is an organisation of this name already.")]
        )
    organisation = await Organisation.get(id=inserted[0]["id"])
    await OrganisationCounter.create(organisation_id=organisation.id)
    automations = [type_ for type_ in load_builtin_types() if type_.category == TrackerCategory.PROCESS_AUTOMATION]
    await ProcessAutomation.bulk_create(
        ProcessAutomation(organisation_id=organisation.id, key=automation.key) for automation in automations
    )
    return organisation
