"""Entries of the forms of process automations, for the tests of applying them."""

import datetime as dt
from decimal import Decimal

from services.kernel.dates import today

TODAY = today()
D = dt.date

NAME = {"title": "Mrs", "givenNames": "Lena Mary", "familyName": "Sméth", "isLegalChange": False}
ADDRESS = {"postcode": "YO1 7HH", "addressLine1": "3 Low Lane", "townOrCity": "York", "confirmed": True}
CONDITIONS = {
    "whatChanges": ["HOURS", "WORKPLACE", "ROLE"],
    "newHours": Decimal("37.50"),
    "workplacePostcode": "YO1 7HH",
    "jobTitle": "Head baker",
    "effectiveDate": TODAY,
}
PAUSE = {
    "lastLearningDate": D(2024, 3, 31),
    "expectedReturnDate": D(2024, 9, 1),
    "reason": ["MEDICAL"],
    "agreedWithLearner": True,
    "agreedWithEmployer": True,
}
PRACTICAL = {"scope": ["PRACTICAL_PERIOD"], "actualEndDate": D(2024, 6, 30), "actualHours": 412}
WHOLE: dict[str, object] = {"scope": ["WHOLE_PROGRAMME"], "actualEndDate": D(2024, 6, 30)}
ACHIEVED = {"outcome": ["1"], "achievementDate": D(2024, 7, 15), "grade": "Merit"}
LEFT = {"lastLearningDate": D(2024, 5, 1), "withdrawReason": ["3"]}

CAME_BACK = {"returnDate": D(2024, 9, 7), "employerConfirmed": True}
