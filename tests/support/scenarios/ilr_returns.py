"""ILR returns in tests: the files in ``tests/data/ilr``, and small ones composed from text."""

import io

import pytest

from services.imports.entry import LearnerEntry
from services.imports.ilr.learner import read_ilr_return
from services.imports.report import UnreadableFileError
from tests.support.paths import DATA

RETURNS = DATA / "ilr"


def read_return(content: bytes) -> list[tuple[str, LearnerEntry]]:
    return list(read_ilr_return(io.BytesIO(content), "return.xml"))


def read_file(name: str) -> list[tuple[str, LearnerEntry]]:
    return read_return((RETURNS / name).read_bytes())


def error_message(content: bytes) -> str:
    with pytest.raises(UnreadableFileError) as refused:
        read_return(content)
    return str(refused.value)


def return_xml(body: str, namespace: str = "ILR/2026-27") -> bytes:
    return f'<Message xmlns="{namespace}">{body}</Message>'.encode()


AIM = """<LearningDelivery><LearnAimRef>60133533</LearnAimRef><AimType>4</AimType>
<LearnStartDate>2026-09-10</LearnStartDate><CompStatus>1</CompStatus></LearningDelivery>"""


def learner_xml(more: str = "", aims: str = AIM) -> str:
    return f"""<Learner><LearnRefNumber>A1</LearnRefNumber><ULN>9276308686</ULN>
<FamilyName>Sample</FamilyName><GivenNames>Sam</GivenNames>{more}{aims}</Learner>"""


def read_single_learner(body: str) -> LearnerEntry:
    [(_, entry)] = read_return(return_xml(body))
    return entry
