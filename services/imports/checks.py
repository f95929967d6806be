"""Checks of imported learners against the file, the organisation's tutors and employers, and what a new learner needs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.forms.check_digits import TEMPORARY_ULN
from services.imports.entry import LearnerEntry
from services.imports.references import (
    TWO_OF_ONE_NAME,
    distinct_values,
    find_tutors,
    other_employers_of_one_name,
)
from services.imports.report import EntryProblem, Severity
from services.imports.stored import StoredLearner


@dataclass(slots=True)
class FileChecks:
    """What must be unique in a file, as far as it has been read."""

    references: set[str] = field(default_factory=set)
    ulns: set[str] = field(default_factory=set)

    def check_reference(self, entry: LearnerEntry) -> None:
        """Refuse an entry if an earlier record of the file has the same reference.

        ILR rule R_06 compares LearnRefNumber case-insensitively.
        """
        reference = entry.reference.upper()
        if reference and reference in self.references:
            message = "This learner occurs earlier in the file; only the first occurrence is imported."
            place = entry.place("learnerReference")
            entry.problems.append(EntryProblem(entry.line, place, message, "R_06", Severity.REFUSAL))
        self.references.add(reference)

    def check_uln(self, entry: LearnerEntry, stored: StoredLearner | None) -> None:
        """Do not take the ULN of an entry if an earlier learner of the file has it (rule R_59).

        A stored ULN stays, unless it is the same one.
        """
        uln = entry.values.get("uln")
        if uln is None or uln == TEMPORARY_ULN:
            return
        if uln in self.ulns:
            message = "Another learner earlier in the file has this ULN; only the first is given it."
            problem = EntryProblem(entry.line, entry.place("uln"), message, "R_59", element="ULN", value=uln)
            entry.problems.append(problem)
            del entry.values["uln"]
            if stored and stored.row["uln"] == uln:
                entry.values["uln"] = None
        self.ulns.add(uln)


async def check_tutors(organisation_id: UUID, entries: Sequence[LearnerEntry]) -> None:
    """Do not take the email addresses of tutors who are no active members of the organisation."""
    tutors = await find_tutors(organisation_id, distinct_values(entries, "tutor_email"))
    for entry in entries:
        email = entry.values.get("tutor_email")
        if email is not None and email not in tutors:
            del entry.values["tutor_email"]
            message = "No active member of the organisation has this email address."
            entry.problems.append(EntryProblem(entry.line, entry.place("tutorEmail"), message))


async def check_employers(organisation_id: UUID, entries: Sequence[LearnerEntry]) -> None:
    """Do not take an employer whose number differs from that of the employer with the same name."""
    others = await other_employers_of_one_name(organisation_id, distinct_values(entries, "employer"))
    for entry in entries:
        if others and entry.values.get("employer") in others:
            del entry.values["employer"]
            entry.problems.append(EntryProblem(entry.line, entry.place("employer"), TWO_OF_ONE_NAME))


def require_names(entry: LearnerEntry) -> None:
    """Give a new learner without any name the reference as family name, and report names that are missing.

    A name that is invalid has been reported already, as have those of an ILR return, whose rules do not always require
    names.
    """
    reported = {problem.place for problem in entry.problems}
    for name, column in (("given_names", "givenNames"), ("family_name", "familyName")):
        place = entry.place(column)
        if name not in entry.values and place not in reported and entry.aims is None:
            message = "It is missing, and the learner is new."
            entry.problems.append(EntryProblem(entry.line, place, message))
    if "given_names" not in entry.values and "family_name" not in entry.values:
        entry.values["family_name"] = entry.reference
    entry.values.setdefault("given_names", "")
    entry.values.setdefault("family_name", "")
