"""The steps between statuses: which there are, what they ask for, and who may take them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from models import Role, TrackerCategory, TrackerStatus
from services.forms.definitions import FieldDefinition, TypeDefinition
from services.viewer import Viewer

NEW, APPROVED, RESOLVED = TrackerStatus.NEW, TrackerStatus.APPROVED, TrackerStatus.RESOLVED
REJECTED, CLOSED = TrackerStatus.REJECTED, TrackerStatus.CLOSED

OPEN_STATUSES = (NEW, APPROVED)
"""The statuses of trackers that are still to be dealt with, and so can be overdue."""

PLAIN: Mapping[TrackerStatus, Sequence[TrackerStatus]] = MappingProxyType(
    {
        NEW: (RESOLVED, REJECTED, CLOSED),
        RESOLVED: (CLOSED, NEW),
        REJECTED: (NEW, CLOSED),
        CLOSED: (NEW,),
    }
)
AUTOMATION: Mapping[TrackerStatus, Sequence[TrackerStatus]] = MappingProxyType(
    {
        NEW: (APPROVED, REJECTED, CLOSED),
        APPROVED: (APPROVED, RESOLVED, REJECTED),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A step from one status to another, with what it asks for, for one viewer; ``forbidden`` says why not them."""

    from_status: TrackerStatus
    to: TrackerStatus
    required_fields: tuple[str, ...]
    comment_required: bool
    forbidden: str | None

    @property
    def viewer_can_take(self) -> bool:
        """Whether the viewer may take it."""
        return self.forbidden is None


def transitions_of_type(category: TrackerCategory, definition: TypeDefinition, viewer: Viewer) -> list[Transition]:
    """All steps of a type, as the viewer's roles alone decide."""
    return [
        _transition(category, start, to, definition.fields, _forbidden_to_roles(category, start, to, viewer))
        for start, ends in _steps(category).items()
        for to in ends
    ]


def transitions_of_tracker(
    category: TrackerCategory,
    status: TrackerStatus,
    visible_fields: Iterable[FieldDefinition],
    viewer: Viewer,
    *,
    created_by_viewer: bool,
    needs_other_eyes: bool,
) -> list[Transition]:
    """The steps from a tracker's present status, exactly.

    ``needs_other_eyes`` says that the four-eyes rule holds and that the viewer made or last changed the tracker.
    """
    fields = tuple(visible_fields)
    found = []
    for to in _steps(category).get(status, ()):
        forbidden = _forbidden_to_roles(category, status, to, viewer)
        if category == TrackerCategory.PROCESS_AUTOMATION and to == CLOSED:
            # By who made it, whatever their roles are by now.
            forbidden = None if created_by_viewer else "Only whoever made it can take it back."
        if forbidden is None and (status, to) == (NEW, APPROVED) and needs_other_eyes:
            forbidden = "Somebody must approve it who neither made it nor last changed a value of it."
        found.append(_transition(category, status, to, fields, forbidden))
    return found


def _steps(category: TrackerCategory) -> Mapping[TrackerStatus, Sequence[TrackerStatus]]:
    return AUTOMATION if category == TrackerCategory.PROCESS_AUTOMATION else PLAIN


def _forbidden_to_roles(
    category: TrackerCategory, start: TrackerStatus, to: TrackerStatus, viewer: Viewer
) -> str | None:
    if category != TrackerCategory.PROCESS_AUTOMATION:
        return None
    if (start, to) == (APPROVED, RESOLVED):
        return "It becomes Resolved by being applied to the learner's record."
    if to != CLOSED:
        return _without(viewer, Role.EDIT_PROCESS_AUTOMATION_TRACKERS)
    # Whoever made it takes it back; made one can only have who may make one.
    return _without(viewer, Role.CREATE_TRACKERS, Role.CREATE_PROCESS_AUTOMATION_TRACKERS)


def _without(viewer: Viewer, *roles: Role) -> str | None:
    missing = [role for role in roles if not viewer.has(role)]
    return f"This needs the role {missing[0]}." if missing else None


def _transition(
    category: TrackerCategory,
    start: TrackerStatus,
    to: TrackerStatus,
    fields: Iterable[FieldDefinition],
    forbidden: str | None,
) -> Transition:
    return Transition(
        from_status=start,
        to=to,
        required_fields=tuple(field.key for field in fields if to in field.required_for),
        comment_required=category == TrackerCategory.PROCESS_AUTOMATION and to == REJECTED,
        forbidden=forbidden,
    )
