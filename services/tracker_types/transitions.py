"""Status transitions of trackers, with their requirements and permissions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from models import Role, TrackerCategory, TrackerStatus
from services.forms.definitions import FieldDefinition, TypeDefinition
from services.kernel.words import quote_enum

NEW = TrackerStatus.NEW
APPROVED = TrackerStatus.APPROVED
RESOLVED = TrackerStatus.RESOLVED
REJECTED = TrackerStatus.REJECTED
CLOSED = TrackerStatus.CLOSED

OPEN_STATUSES = (NEW, APPROVED)
"""The statuses of open trackers. Only open trackers can be overdue."""

PLAIN_TRANSITIONS: Mapping[TrackerStatus, Sequence[TrackerStatus]] = MappingProxyType(
    {
        NEW: (RESOLVED, REJECTED, CLOSED),
        RESOLVED: (CLOSED, NEW),
        REJECTED: (NEW, CLOSED),
        CLOSED: (NEW,),
    }
)
AUTOMATION_TRANSITIONS: Mapping[TrackerStatus, Sequence[TrackerStatus]] = MappingProxyType(
    {
        NEW: (APPROVED, REJECTED, CLOSED),
        APPROVED: (APPROVED, RESOLVED, REJECTED),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A status transition and its requirements. ``refusal`` is the reason why the viewer may not make it, or None."""

    from_status: TrackerStatus
    to: TrackerStatus
    required_fields: tuple[str, ...]
    comment_required: bool
    refusal: str | None

    @property
    def viewer_can_take(self) -> bool:
        """Whether the viewer may make this transition."""
        return self.refusal is None


def transitions_of_type(
    category: TrackerCategory, definition: TypeDefinition, roles: Collection[str]
) -> list[Transition]:
    """Return all status transitions of a type for a member with these roles, checking nothing else."""
    return [
        _transition(category, start, to, definition.fields, _refusal_by_role(category, start, to, roles))
        for start, ends in _transition_table(category).items()
        for to in ends
    ]


def transitions_of_tracker(
    category: TrackerCategory,
    status: TrackerStatus,
    visible_fields: Iterable[FieldDefinition],
    roles: Collection[str],
    *,
    created_by_viewer: bool,
    needs_other_approver: bool,
) -> list[Transition]:
    """Return the transitions from a tracker's current status, with their requirements for this viewer.

    ``needs_other_approver`` is true if the four-eyes rule applies and the viewer created the tracker or last changed its
    values.
    """
    fields = tuple(visible_fields)
    transitions = []
    for to in _transition_table(category).get(status, ()):
        refusal = _refusal_by_role(category, status, to, roles)
        if category == TrackerCategory.PROCESS_AUTOMATION and to == CLOSED:
            # The creator may close it even after losing the roles.
            refusal = None if created_by_viewer else "Only its creator can take it back."
        if refusal is None and (status, to) == (NEW, APPROVED) and needs_other_approver:
            refusal = "It must be approved by somebody who neither created it nor last changed one of its values."
        transitions.append(_transition(category, status, to, fields, refusal))
    return transitions


def _transition_table(category: TrackerCategory) -> Mapping[TrackerStatus, Sequence[TrackerStatus]]:
    return AUTOMATION_TRANSITIONS if category == TrackerCategory.PROCESS_AUTOMATION else PLAIN_TRANSITIONS


def _refusal_by_role(
    category: TrackerCategory, start: TrackerStatus, to: TrackerStatus, roles: Collection[str]
) -> str | None:
    """Return the reason why the member's roles do not allow a transition, or None."""
    if category != TrackerCategory.PROCESS_AUTOMATION:
        return None
    if (start, to) == (APPROVED, RESOLVED):
        return "It becomes 'Resolved' when it is applied to the learner's record."
    if to != CLOSED:
        return _missing_role(roles, Role.EDIT_PROCESS_AUTOMATION_TRACKERS)
    # Only the creator may close it, and creating it requires these roles.
    return _missing_role(roles, Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS)


def _missing_role(roles: Collection[str], *needed: Role) -> str | None:
    missing = [role for role in needed if role not in roles]
    return f"This needs the role {quote_enum(missing[0])}." if missing else None


def _transition(
    category: TrackerCategory,
    start: TrackerStatus,
    to: TrackerStatus,
    fields: Iterable[FieldDefinition],
    refusal: str | None,
) -> Transition:
    return Transition(
        from_status=start,
        to=to,
        required_fields=tuple(field.key for field in fields if to in field.required_for),
        comment_required=category == TrackerCategory.PROCESS_AUTOMATION and to == REJECTED,
        refusal=refusal,
    )
