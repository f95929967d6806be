"""Global ids: only what was encoded is decoded."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.global_ids import NodeReference, from_global_id, to_global_id

ROW_ID = UUID("01a21f58-35ef-739f-8c20-f80957523958")
GLOBAL_ID = to_global_id("Learner", ROW_ID)


@given(st.sampled_from(["Member", "LearningAim"]), st.uuids())
def test_an_id_is_decoded_to_what_was_encoded(type_name: str, row_id: UUID) -> None:
    assert from_global_id(to_global_id(type_name, row_id)) == NodeReference(type_name, row_id)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "YQ",
        "é",
        "\ud800",
        GLOBAL_ID[:-1],
        f"{GLOBAL_ID}=",
        f" {GLOBAL_ID}",
        f"{GLOBAL_ID[:8]}\n{GLOBAL_ID[8:]}",
        GLOBAL_ID.lower(),
        to_global_id("Learner", ROW_ID.hex),  # type: ignore[arg-type]
        to_global_id("Learner", str(ROW_ID).upper()),  # type: ignore[arg-type]
        to_global_id("", ROW_ID),
    ],
)
def test_nothing_else_is_decoded(text: str) -> None:
    assert from_global_id(text) is None
