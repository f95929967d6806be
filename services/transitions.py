"""The steps between statuses: which there are, what they ask for, and who may take them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from models import Role, TrackerCategory, TrackerStatus
from services.definitions import FieldDefinition, TypeDefinition
from services.viewer import Viewer

NEW, APPROVED, RESOLVED, REJECTED, CLOSED = TrackerStatus

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
    """A step from one status to another, with what it asks for, for one viewer."""

    from_status: TrackerStatus
    to: TrackerStatus
    required_fields: tuple[str, ...]
    comment_required: bool
    viewer_can_take: bool


def transitions_of_type(category: TrackerCategory, definition: TypeDefinition, viewer: Viewer) -> list[Transition]:
    """All steps of a type, as the viewer's roles alone decide."""
    steps = AUTOMATION if category == TrackerCategory.PROCESS_AUTOMATION else PLAIN
    return [
        _transition(category, start, to, definition.fields, _role_permits(category, start, to, viewer))
        for start, ends in steps.items()
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
    automation = category == TrackerCategory.PROCESS_AUTOMATION
    found = []
    for to in (AUTOMATION if automation else PLAIN).get(status, ()):
        permitted = _role_permits(category, status, to, viewer)
        if automation and to == CLOSED:
            permitted = created_by_viewer
        if automation and to == APPROVED:
            permitted = permitted and not (status == NEW and needs_other_eyes)
        found.append(_transition(category, status, to, fields, permitted))
    return found


def _role_permits(category: TrackerCategory, start: TrackerStatus, to: TrackerStatus, viewer: Viewer) -> bool:
    if category != TrackerCategory.PROCESS_AUTOMATION:
        return True
    if (start, to) == (APPROVED, RESOLVED):
        return False  # the system's alone: it has been applied
    if to == CLOSED:
        # Whoever made it takes it back; made one can only have who may make one.
        return viewer.has(Role.CREATE_TRACKERS) and viewer.has(Role.CREATE_PROCESS_AUTOMATION_TRACKERS)
    return viewer.has(Role.EDIT_PROCESS_AUTOMATION_TRACKERS)


def _transition(
    category: TrackerCategory,
    start: TrackerStatus,
    to: TrackerStatus,
    fields: Iterable[FieldDefinition],
    permitted: bool,
) -> Transition:
    return Transition(
        from_status=start,
        to=to,
        required_fields=tuple(field.key for field in fields if to in field.required_for),
        comment_required=category == TrackerCategory.PROCESS_AUTOMATION and to == REJECTED,
        viewer_can_take=permitted,
    )
