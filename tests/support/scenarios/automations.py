"""A scenario for process automations: a learner with a complete record, and members who create and approve them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models import (
    Employer,
    Learner,
    LearningAim,
    Member,
    Organisation,
    Programme,
    ProgrammeStatus,
    Role,
    Tracker,
    TrackerEvent,
    TrackerStatus,
)
from services.trackers.create import create_tracker
from services.trackers.create_entry import TrackerEntry
from services.trackers.update import update_tracker
from services.trackers.update_entry import UpdateEntry
from tests.support import factories as make
from tests.support.clients.graphql import viewer
from tests.support.scenarios.college import enable_automations
from tests.support.scenarios.form_samples.forms import submitted_value

Json = dict[str, Any]

_OTHER_COLUMNS = {"id", "organisation_id", "learner_id", "created_at", "imported_at", "changed_at"}


@dataclass(frozen=True)
class Provider:
    """A training provider with all automations: Olga creates trackers about the learner Lena, and Paul approves them."""

    organisation: Organisation
    olga: Member
    paul: Member
    tutor: Member
    lena: Learner
    employer: Employer
    programme: Programme

    async def create(self, type_key: str, form: Mapping[str, object], **columns: Any) -> Tracker:
        """Create a tracker about Lena as Olga, with these form values."""
        values = tuple(submitted_value(name, value) for name, value in form.items())
        tracker = await create_tracker(
            await viewer(self.olga), TrackerEntry(type=type_key, learner_id=self.lena.id, values=values, **columns)
        )
        return await Tracker.get(id=tracker.id)

    async def approve(self, tracker: Tracker, *, by: Member | None = None) -> Tracker:
        """Approve a tracker, even if it already is approved, and return it refreshed from the database."""
        version = (await Tracker.get(id=tracker.id)).version
        entry = UpdateEntry(tracker_id=tracker.id, version=version, status=TrackerStatus.APPROVED)
        await update_tracker(await viewer(by or self.paul), entry)
        return await Tracker.get(id=tracker.id)


async def make_provider() -> Provider:
    """Create a provider at which Lena has one completed and two continuing learning aims."""
    organisation = await make.organisation()
    await enable_automations(organisation)
    create_roles = (Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS)
    tutor = await make.member(organisation, name="Tom")
    employer = await make.employer(organisation, name="Acme")
    programme = await make.programme(organisation, name="Baking")
    lena = await make.learner(
        organisation,
        tutor=tutor,
        title="Miss",
        given_names="Lena",
        family_name="Smith",
        address_line1="1 High Street",
        address_line2="Flat 2",
        address_line3="Leeds",
        address_line4="West Yorkshire",
        postcode="LS1 1AA",
        job_title="Baker",
        weekly_hours=Decimal(30),
        workplace_postcode="LS2 2BB",
        employer=employer,
        programme=programme,
    )
    provider = Provider(
        organisation=organisation,
        olga=await make.member(organisation, name="Olga", roles=create_roles),
        paul=await make.member(organisation, name="Paul", roles=[Role.EDIT_PROCESS_AUTOMATION_TRACKERS]),
        tutor=tutor,
        lena=lena,
        employer=employer,
        programme=programme,
    )
    completed = {"completion_status": 2, "outcome": 1, "actual_end_date": dt.date(2023, 6, 30)}
    await create_aim(
        lena, 1, "60351647", start_date=dt.date(2022, 9, 1), achievement_date=dt.date(2023, 7, 10), **completed
    )
    await create_aim(lena, 2, "ZPROG001", aim_type=1, original_start_date=dt.date(2022, 2, 1))
    await create_aim(lena, 3, "60365683", software_aim_id="X-3")
    return provider


async def create_aim(learner: Learner, sequence: int, reference: str, **columns: Any) -> LearningAim:
    """Create a learning aim, by default a continuing component aim from 1 September 2023 to the end of 2024."""
    defaults: Json = {
        "aim_type": 3,
        "fund_model": 36,
        "programme_type": 25,
        "standard_code": 105,
        "framework_code": 4,
        "pathway_code": 5,
        "start_date": dt.date(2023, 9, 1),
        "planned_end_date": dt.date(2024, 12, 31),
        "completion_status": 1,
    }
    return await LearningAim.create(
        organisation_id=learner.organisation_id,
        learner=learner,
        sequence=sequence,
        reference=reference,
        **defaults | columns,
    )


async def put_on_break(provider: Provider, last_day: str = "2024-03-31") -> None:
    """Put Lena on a break after the last day of learning, as an approved automation would."""
    ended = {"completion_status": 6, "outcome": 3, "actual_end_date": dt.date.fromisoformat(last_day)}
    await LearningAim.filter(learner=provider.lena, completion_status=1).update(**ended)
    await Learner.filter(id=provider.lena.id).update(programme_status=ProgrammeStatus.ON_A_BREAK)


async def learner_record(learner: Learner) -> dict[str, Json]:
    """Return the columns of a learner, keyed ``learner``, and of each learning aim, keyed by its sequence number."""
    (columns,) = await Learner.filter(id=learner.id).values()
    aims = await LearningAim.filter(learner_id=learner.id).order_by("sequence").values()
    return {"learner": _fields(columns)} | {str(row["sequence"]): _fields(row) for row in aims}


def with_changed_fields(before: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    """Return a copy of a record with changed fields or additional aims."""
    return {**before, **{key: before.get(key, {}) | fields for key, fields in changes.items()}}


def _fields(row: Json) -> Json:
    return {name: value for name, value in row.items() if name not in _OTHER_COLUMNS}


async def history(tracker: Tracker) -> list[tuple[str, str | None, int, str | None]]:
    """Return the events of a tracker as tuples of kind, name of the actor, new version and comment."""
    events = await TrackerEvent.filter(tracker=tracker).order_by("at", "id").prefetch_related("actor")
    return [
        (event.kind.value, event.actor.name if event.actor else None, event.version, event.comment) for event in events
    ]
