"""The viewer's permissions on a visible tracker."""

from models import Role, Tracker, TrackerCategory, TrackerStatus
from services.forms.field_visibility import visible_fields
from services.tracker_types.catalogue import AvailableType
from services.tracker_types.transitions import Transition, transitions_of_tracker
from services.tracker_types.versions import TypeVersion
from services.viewer import Viewer


def viewer_can_edit(viewer: Viewer, tracker: Tracker, available_type: AvailableType) -> bool:
    """Return whether the viewer can change a tracker's values. A process automation must be NEW."""
    return may_edit(viewer, tracker, available_type) and not is_immutable(tracker, available_type)


def may_edit(viewer: Viewer, tracker: Tracker, available_type: AvailableType) -> bool:
    """Return whether the viewer may change a tracker.

    A process automation may be changed by its creator and by members with EDIT_PROCESS_AUTOMATION_TRACKERS only.
    """
    if available_type.type.category != TrackerCategory.PROCESS_AUTOMATION:
        return True
    return tracker.created_by_id == viewer.member_id or viewer.has(Role.EDIT_PROCESS_AUTOMATION_TRACKERS)


def is_immutable(tracker: Tracker, available_type: AvailableType) -> bool:
    """Return whether a tracker's values are frozen, as for a process automation that is no longer NEW."""
    return available_type.type.category == TrackerCategory.PROCESS_AUTOMATION and tracker.status != TrackerStatus.NEW


def transitions_from(
    viewer: Viewer, tracker: Tracker, available_type: AvailableType, type_version: TypeVersion
) -> list[Transition]:
    """Return the transitions from a tracker's current status, with their requirements for this viewer."""
    visible = visible_fields(type_version.definition, tracker.values)
    return transitions_of_tracker(
        available_type.type.category,
        tracker.status,
        [field for field in type_version.definition.fields if field.key in visible],
        viewer.member.roles,
        created_by_viewer=tracker.created_by_id == viewer.member_id,
        needs_other_approver=available_type.four_eyes
        and viewer.member_id in (tracker.created_by_id, tracker.values_changed_by_id),
    )
