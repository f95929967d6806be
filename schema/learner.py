"""GraphQL types for learners, their addresses and their learning aims."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from schema.context import Info
from schema.declaration.fields import edge, resolved_field
from schema.declaration.relay import Connection, Node
from schema.employer import Employer
from schema.enums import ProgrammeStatus
from schema.inputs.arguments import After, Before, First, Last
from schema.inputs.tracker_filter import OrderBy, TrackerFilter
from schema.member import Member
from schema.programme import Programme
from schema.tracker_connection import learner_tracker_connection
from services.learner_reads import learner_reads
from services.paging.pages import PageRequest

if TYPE_CHECKING:
    from schema.tracker import Tracker


@strawberry.type(description="Where a learner lives.")
class Address:
    """GraphQL type for the postal address of a learner."""

    lines: list[str] = strawberry.field(description="Up to four lines.")
    postcode: str | None = strawberry.field(description="The postcode, `ZZ99 9ZZ` if it is not known.")


@strawberry.type(description="A learning delivery of the ILR. Codes are the ILR's own.")
class LearningAim(Node):
    """GraphQL type for a learning aim."""

    model = models.LearningAim

    reference: str = strawberry.field(
        description="LearnAimRef: the aim's reference in LARS; a programme aim is ZPROG001."
    )
    aim_type: int = strawberry.field(description="AimType: 1 programme, 3 component, 4 alone, 5 core 16 to 19.")
    fund_model: int | None = strawberry.field(description="FundModel: who pays.")
    programme_type: int | None = strawberry.field(
        description="ProgType: 25 is an apprenticeship standard, 34 an apprenticeship unit."
    )
    standard_code: int | None = strawberry.field(description="StdCode: the standard.")
    start_date: dt.date = strawberry.field(description="LearnStartDate.")
    original_start_date: dt.date | None = strawberry.field(
        description="OrigLearnStartDate: of the first aim, after a break."
    )
    planned_end_date: dt.date | None = strawberry.field(description="LearnPlanEndDate.")
    actual_end_date: dt.date | None = strawberry.field(description="LearnActEndDate.")
    completion_status: int = strawberry.field(
        description="CompStatus: 1 continuing, 2 completed, 3 withdrawn, 6 on a break."
    )
    outcome: int | None = strawberry.field(
        description="Outcome: 1 achieved, 2 partial, 3 not achieved, 8 not yet known."
    )
    withdraw_reason: int | None = strawberry.field(description="WithdrawReason.")
    restart: bool = strawberry.field(description="Whether it goes on with an aim that a break ended (FAM RES).")
    actual_hours: int | None = strawberry.field(description="OTJActHours: the off-the-job hours.")
    achievement_date: dt.date | None = strawberry.field(description="AchDate.")
    learning_support_from: dt.date | None = strawberry.field(description="When learning support starts (FAM LSF).")
    learning_support_to: dt.date | None = strawberry.field(description="When learning support ends (FAM LSF).")


Row = strawberry.Parent[models.Learner]


def _name(root: Row) -> str:
    return f"{root.given_names} {root.family_name}".strip()


def _address(root: Row) -> Address:
    lines = [root.address_line1, root.address_line2, root.address_line3, root.address_line4]
    return Address(lines=[line for line in lines if line], postcode=root.postcode)


def _groups(root: Row) -> Any:
    return root.groups


def _learning_aims(root: Row, info: Info) -> Any:
    viewer = info.context.require_viewer()
    learner_reads.note(viewer.organisation_id, viewer.member_id, (root.id,))
    return info.context.loaders.learning_aims.load(root.id)


def _trackers(
    root: Row,
    info: Info,
    filter_by: Annotated[
        TrackerFilter | None, strawberry.argument(name="filter", description="Which trackers.")
    ] = None,
    order_by: OrderBy = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    request = PageRequest(first, after, last, before)
    return learner_tracker_connection(root.id, info, request, filter_by, order_by)


@strawberry.type(description="A person on a programme, as the provider's record has them.")
class Learner(Node):
    """GraphQL type for a learner."""

    model = models.Learner

    name: str = resolved_field(_name, "The whole name as one reads it.", needs=("given_names", "family_name"))
    title: str | None = strawberry.field(description="Mr, Ms, Dr …")
    given_names: str = strawberry.field(description="First and middle names.")
    family_name: str = strawberry.field(description="Last name.")
    uln: str | None = strawberry.field(description="The unique learner number.")
    reference: str | None = strawberry.field(description="LearnRefNumber: the provider's own number for the learner.")
    programme: Programme | None = edge("programme", "What the learner is on.")
    sub_programme: str | None = strawberry.field(description="A part of the programme, as the provider names it.")
    programme_status: ProgrammeStatus = strawberry.field(description="Where the learner stands in the programme.")
    employer: Employer | None = edge("employer", "For whom the learner works.")
    job_title: str | None = strawberry.field(description="As what the learner works.")
    weekly_hours: Decimal | None = strawberry.field(description="The normal hours of a week's work.")
    workplace_postcode: str | None = strawberry.field(description="Where the learner works.")
    address: Address = resolved_field(
        _address,
        "Where the learner lives.",
        needs=("address_line1", "address_line2", "address_line3", "address_line4", "postcode"),
    )
    tutor: Member | None = edge("tutor", "Who teaches the learner.")
    groups: list[str] = resolved_field(_groups, "The groups that the learner is filed under.", needs=("groups",))
    learning_aims: list[LearningAim] = resolved_field(
        _learning_aims, "The learning aims, newest start first.", needs=("id",)
    )
    trackers: Connection[Annotated["Tracker", strawberry.lazy("schema.tracker")]] = resolved_field(
        _trackers, "The trackers about the learner, as far as the viewer sees them.", needs=("id",)
    )
