"""What a viewer may do to a tracker that they see."""

from models import Role, Tracker, TrackerCategory, TrackerStatus
from services.form_visibility import visible_fields
from services.tracker_types import Form, OfferedType
from services.transitions import Transition, transitions_of_tracker
from services.viewer import Viewer


def viewer_can_edit(viewer: Viewer, tracker: Tracker, offered: OfferedType) -> bool:
    """A plain tracker: whoever sees it. A process automation: while NEW, its creator or who may approve it."""
    if offered.type.category != TrackerCategory.PROCESS_AUTOMATION:
        return True
    mine = tracker.created_by_id == viewer.member_id
    return tracker.status == TrackerStatus.NEW and (mine or viewer.has(Role.EDIT_PROCESS_AUTOMATION_TRACKERS))


def transitions_from(viewer: Viewer, tracker: Tracker, offered: OfferedType, form: Form) -> list[Transition]:
    """The steps from a tracker's present status, for this viewer and these values."""
    there = visible_fields(form.definition, tracker.values)
    mine = tracker.created_by_id == viewer.member_id
    return transitions_of_tracker(
        offered.type.category,
        tracker.status,
        [field for field in form.definition.fields if field.key in there],
        viewer,
        created_by_viewer=mine,
        needs_other_eyes=offered.four_eyes and mine,
    )
