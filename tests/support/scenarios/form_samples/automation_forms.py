"""Form values of process automations, for tests that apply them."""

import datetime as dt
from decimal import Decimal

from services.kernel.dates import today

TODAY = today()

NEW_NAME = {"title": "Mrs", "givenNames": "Lena Mary", "familyName": "Sméth", "isLegalChange": False}
NEW_ADDRESS = {"postcode": "YO1 7HH", "addressLine1": "3 Low Lane", "townOrCity": "York", "confirmed": True}
NEW_CONDITIONS = {
    "whatChanges": ["HOURS", "WORKPLACE", "ROLE"],
    "newHours": Decimal("37.50"),
    "workplacePostcode": "YO1 7HH",
    "jobTitle": "Head baker",
    "effectiveDate": TODAY,
}
BREAK_IN_LEARNING = {
    "lastLearningDate": dt.date(2024, 3, 31),
    "expectedReturnDate": dt.date(2024, 9, 1),
    "reason": ["MEDICAL"],
    "agreedWithLearner": True,
    "agreedWithEmployer": True,
    "employerAccount": ["PAUSED"],
}
PRACTICAL_PERIOD = {"scope": ["PRACTICAL_PERIOD"], "actualEndDate": dt.date(2024, 6, 30), "actualHours": 412}
WHOLE_PROGRAMME: dict[str, object] = {"scope": ["WHOLE_PROGRAMME"], "actualEndDate": dt.date(2024, 6, 30)}
ACHIEVEMENT = {"outcome": ["1"], "achievementDate": dt.date(2024, 7, 15), "grade": "Merit"}
WITHDRAWAL = {"lastLearningDate": dt.date(2024, 5, 1), "withdrawReason": ["3"]}

RETURN_TO_LEARNING = {"returnDate": dt.date(2024, 9, 7), "employerConfirmed": True}
