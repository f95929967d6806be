"""What a viewer may do to a tracker that they see."""

from models import Role, Tracker, TrackerCategory, TrackerStatus
from services.forms.visibility import visible_fields
from services.tracker_types.catalogue import AvailableType, TypeVersion
from services.tracker_types.transitions import Transition, transitions_of_tracker
from services.viewer import Viewer


def viewer_can_edit(viewer: Viewer, tracker: Tracker, offered: AvailableType) -> bool:
    """A plain tracker: whoever sees it. A process automation: while NEW, its creator or who may approve it."""
    return may_edit(viewer, tracker, offered) and not is_immutable(tracker, offered)


def may_edit(viewer: Viewer, tracker: Tracker, offered: AvailableType) -> bool:
    """Whether it is the viewer's to change: a process automation is its creator's and theirs who approve."""
    if offered.type.category != TrackerCategory.PROCESS_AUTOMATION:
        return True
    return tracker.created_by_id == viewer.member_id or viewer.has(Role.EDIT_PROCESS_AUTOMATION_TRACKERS)


def is_immutable(tracker: Tracker, offered: AvailableType) -> bool:
    """Whether values and learner stay as they are: those of a process automation from APPROVED on."""
    return offered.type.category == TrackerCategory.PROCESS_AUTOMATION and tracker.status != TrackerStatus.NEW


def transitions_from(viewer: Viewer, tracker: Tracker, offered: AvailableType, form: TypeVersion) -> list[Transition]:
    """The steps from a tracker's present status, for this viewer and these values."""
    there = visible_fields(form.definition, tracker.values)
    return transitions_of_tracker(
        offered.type.category,
        tracker.status,
        [field for field in form.definition.fields if field.key in there],
        viewer,
        created_by_viewer=tracker.created_by_id == viewer.member_id,
        needs_other_eyes=offered.four_eyes
        and viewer.member_id in (tracker.created_by_id, tracker.values_changed_by_id),
    )
