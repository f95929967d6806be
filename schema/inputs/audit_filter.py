"""The filters of the audit."""

import strawberry

from schema.enums import AuditKind
from schema.inputs.tracker_filter import DateRange, decode_ids, decode_range
from services.audit_trail import listing
from services.trackers.listing.filters import DayRange


@strawberry.input(
    description="Which audit events: fields are and-ed, entries of a list or-ed; absent, null and [] restrict nothing."
)
class AuditFilter:
    """Input for a filter of audit events."""

    member_id: list[strawberry.ID] | None = strawberry.field(default=None, description="Who did it.")
    kind: list[AuditKind] | None = strawberry.field(default=None, description="What was done.")
    object_id: list[strawberry.ID] | None = strawberry.field(default=None, description="To what it was done.")
    at: DateRange | None = strawberry.field(default=None, description="When it was done.")

    def decode(self) -> listing.AuditFilter:
        """Convert the input; raise ``BadRequestError`` for an invalid id or range."""
        days = decode_range(self.at, "at") or DayRange()
        return listing.AuditFilter(
            members=decode_ids(self.member_id, "Member", "memberId"),
            kinds=self.kind or None,
            objects=decode_ids(self.object_id, None, "objectId"),
            first_day=days.first,
            last_day=days.last,
        )


@strawberry.input(
    description="Which reads of learners' records: fields are and-ed, entries of a list or-ed; absent, null and [] "
    "restrict nothing."
)
class LearnerReadFilter:
    """Input for a filter of reads of learners' records."""

    member_id: list[strawberry.ID] | None = strawberry.field(default=None, description="Who has read.")
    learner_id: list[strawberry.ID] | None = strawberry.field(default=None, description="Whose record.")
    day: DateRange | None = strawberry.field(default=None, description="On which days.")

    def decode(self) -> listing.ReadFilter:
        """Convert the input; raise ``BadRequestError`` for an invalid id or range."""
        days = decode_range(self.day, "day") or DayRange()
        return listing.ReadFilter(
            members=decode_ids(self.member_id, "Member", "memberId"),
            learners=decode_ids(self.learner_id, "Learner", "learnerId"),
            first_day=days.first,
            last_day=days.last,
        )
