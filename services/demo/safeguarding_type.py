"""The custom tracker type SAFEGUARDING of Northgate Training."""

from decimal import Decimal
from uuid import UUID

from models import TrackerCategory, TrackerStatus, TrackerType, TrackerTypeVersion
from services.forms.definitions import (
    BooleanField,
    Choice,
    ChoiceField,
    DateBound,
    DateField,
    FieldCondition,
    FieldDefinition,
    IntegerField,
    ReferenceField,
    ReferenceTarget,
    TextField,
    TextFormat,
    TypeDefinition,
)
from services.forms.documents import definition_to_document

_CONCERN: tuple[FieldDefinition, ...] = (
    ChoiceField(
        key="concernKind",
        label="Kind of concern",
        required=True,
        choices=(
            Choice(value="WELFARE", label="Welfare"),
            Choice(value="MENTAL_HEALTH", label="Mental health"),
            Choice(value="BULLYING", label="Bullying"),
            Choice(value="ONLINE_SAFETY", label="Online safety"),
            Choice(value="PREVENT", label="Prevent"),
            Choice(value="OTHER", label="Other"),
        ),
    ),
    TextField(
        key="otherConcern",
        label="Which concern",
        max_length=120,
        required=True,
        visible_when=FieldCondition(field="concernKind", is_one_of=("OTHER",)),
    ),
    DateField(
        key="raisedOn",
        label="Raised on",
        help="Not in the future.",
        required=True,
        latest=(DateBound(today=True),),
    ),
    TextField(
        key="details",
        label="What was seen or said",
        help="In the learner's own words where possible.",
        multiline=True,
        max_length=2000,
        required=True,
    ),
)
_RESPONSE: tuple[FieldDefinition, ...] = (
    BooleanField(key="immediateRisk", label="Is the learner at immediate risk?", default=False, required=True),
    TextField(
        key="actionTaken",
        label="What was done at once",
        multiline=True,
        max_length=2000,
        required=True,
        visible_when=FieldCondition(field="immediateRisk", is_one_of=("true",)),
    ),
    ReferenceField(key="safeguardingLead", label="Safeguarding lead", target=ReferenceTarget.MEMBER, required=True),
    TextField(key="contactPhone", label="Telephone", format=TextFormat.PHONE, max_length=18),
    IntegerField(key="peopleInvolved", label="People involved", minimum=Decimal(1), maximum=Decimal(50)),
    DateField(key="followUpOn", label="Follow up on", earliest=(DateBound(field="raisedOn"),)),
    ChoiceField(
        key="outcome",
        label="Outcome",
        required_for=(TrackerStatus.RESOLVED, TrackerStatus.CLOSED),
        choices=(
            Choice(value="NO_FURTHER_ACTION", label="No further action"),
            Choice(value="SUPPORT_PLAN", label="Support plan"),
            Choice(value="REFERRED", label="Referred"),
        ),
    ),
)


async def add_safeguarding_type(organisation_id: UUID) -> None:
    """Add the custom tracker type SAFEGUARDING to an organisation."""
    type_row = await TrackerType.create(
        organisation_id=organisation_id,
        key="SAFEGUARDING",
        name="Safeguarding concern",
        description="Something about a learner's safety or well-being that the safeguarding lead must know of.",
        category=TrackerCategory.CUSTOM,
    )
    document = definition_to_document(TypeDefinition(fields=_CONCERN + _RESPONSE))
    await TrackerTypeVersion.create(type_id=type_row.id, version=type_row.version, definition=document)
