"""Forms as they could be made with version 0.1.0: six lists of 480 choices, in trackers of an organisation."""

from dataclasses import dataclass
from typing import Any

from models import Learner, Member, Role, TrackerCategory, TrackerType, TrackerTypeVersion
from services.forms.definitions import Choice, ChoiceField, TypeDefinition
from services.forms.documents import definition_to_document
from tests.support import factories as make

LISTS, CHOICES = 6, 480
FORM = "fields { __typename key label ... on ChoiceField { choices { value label } } }"


@dataclass
class LargeForms:
    """An administrator with all roles, in whose organisation each of the trackers has another version of a large form."""

    ada: Member
    learner: Learner

    def entry(self, choice: str) -> dict[str, Any]:
        """Return the entry of a tracker with as many choices as possible; ``choice`` is the beginning of each."""
        chosen = [f"{choice}{number}" for number in range(CHOICES)]
        return {"type": "LARGE", "values": [{"key": f"list{n}", "value": {"choices": chosen}} for n in range(LISTS)]}


async def large_forms(trackers: int, versions: int) -> LargeForms:
    """Create an organisation with this many trackers, whose forms have this many versions."""
    organisation = await make.organisation()
    ada = await make.member(organisation, roles=list(Role))
    learner = await make.learner(organisation, tutor=ada)
    type_ = await TrackerType.create(
        organisation=organisation, key="LARGE", name="Large", category=TrackerCategory.CUSTOM, version=versions
    )
    choices = tuple(Choice(value=f"value{number}", label=f"Label {number}") for number in range(CHOICES))
    lists = [ChoiceField(key=f"list{n}", label="List", choices=choices, multiple=True) for n in range(LISTS)]
    document = definition_to_document(TypeDefinition(fields=tuple(lists)))
    made = [
        await TrackerTypeVersion.create(type=type_, version=number, definition=document)
        for number in range(1, versions + 1)
    ]
    for number in range(trackers):
        version = made[number % versions]
        await make.tracker(
            organisation, type=type_, learner=learner, assignee=ada, type_version_id=version.id, values={}
        )
    return LargeForms(ada, learner)
