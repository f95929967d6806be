"""The built-in tracker types: their consistency, and their versions in an upgraded database."""

from collections.abc import Mapping
from typing import Any

import pytest

from models import TrackerCategory
from models.base import dump_json, load_json
from services.automations.rules import RULES
from services.forms.definitions import Choice, ChoiceField, DateField, FieldCondition, FieldDefinition, TextField
from services.forms.documents import definition_from_document, definition_to_document
from services.forms.patterns import is_pattern
from services.ilr.code_lists import codes_in
from services.tracker_types.builtin import BuiltinType, load_builtin_types

TYPES = load_builtin_types()


def test_the_keys_in_display_order() -> None:
    categories = {category: [t.key for t in TYPES if t.category is category] for category in TrackerCategory}
    assert [builtin.key for builtin in TYPES] == [key for keys in categories.values() for key in keys]
    assert categories == {
        TrackerCategory.EMPLOYABILITY: ["JOB", "APPRENTICESHIP", "TRAINEESHIP", "EDUCATION", "SELF_EMPLOYMENT"],
        TrackerCategory.FUNDED: ["ILR", "COMPLIANCE"],
        TrackerCategory.CUSTOM: [],
        TrackerCategory.PROCESS_AUTOMATION: [
            "CHANGE_OF_NAME",
            "CHANGE_OF_ADDRESS",
            "CHANGE_OF_EMPLOYER",
            "CHANGE_OF_WORKING_CONDITIONS",
            "LEARNING_SUPPORT",
            "BREAK_IN_LEARNING",
            "RETURN_TO_LEARNING",
            "WITHDRAWAL",
            "CHANGE_OF_PROGRAMME",
            "COMPLETION",
        ],
    }


def test_choices_are_parsed_with_their_labels() -> None:
    ilr = next(builtin for builtin in TYPES if builtin.key == "ILR").definition
    query_kind = ilr.field("queryKind")
    assert isinstance(query_kind, ChoiceField)
    assert query_kind.choices[2] == Choice(value="VALIDATION_ERROR", label="Validation error")
    rule = ilr.field("ruleName")
    assert rule is not None
    assert rule.visible_when == FieldCondition(field="queryKind", is_one_of=("VALIDATION_ERROR",))


AIM_CODES = {"aim.completionStatus": "CompStatus", "aim.outcome": "Outcome", "aim.withdrawReason": "WithdrawReason"}


def constants(source: Any) -> set[int]:
    """Return the codes that an effect sets without being asked."""
    if not isinstance(source, Mapping):
        return {source} if isinstance(source, int) else set()
    return {code for part in source.values() for code in constants(part)}


@pytest.mark.parametrize("year", ["2025-26", "2026-27"])
@pytest.mark.parametrize(("effect", "element"), AIM_CODES.items())
def test_the_codes_that_automations_set_are_in_the_lists_of_the_year(effect: str, element: str, year: str) -> None:
    set_codes = {code for builtin in TYPES for code in constants(builtin.definition.effects.get(effect))}
    assert set_codes
    assert set_codes <= (codes_in(element, year) or {}).keys()


@pytest.mark.parametrize("builtin", TYPES, ids=lambda builtin: builtin.key)
class TestBuiltinType:
    def test_its_definition_round_trips_through_json(self, builtin: BuiltinType) -> None:
        document = load_json(dump_json(definition_to_document(builtin.definition)))
        assert definition_from_document(document) == builtin.definition

    def test_its_keys_are_unique_and_its_texts_are_not_empty(self, builtin: BuiltinType) -> None:
        fields = builtin.definition.fields
        assert len({field.key for field in fields}) == len(fields)
        assert all(field.label == field.label.strip() != "" for field in fields)
        assert all(field.help is None or field.help.endswith(".") for field in fields)
        assert builtin.name
        assert builtin.description.endswith((".", ")."))

    def test_its_conditions_name_values_of_earlier_fields(self, builtin: BuiltinType) -> None:
        earlier: dict[str, FieldDefinition] = {}
        for field in builtin.definition.fields:
            if field.visible_when:
                condition_field = earlier[field.visible_when.field]
                possible = (
                    [choice.value for choice in condition_field.choices]
                    if isinstance(condition_field, ChoiceField)
                    else ["true", "false"]
                )
                assert set(field.visible_when.is_one_of) <= set(possible)
            earlier[field.key] = field

    def test_its_bounds_name_its_own_date_fields(self, builtin: BuiltinType) -> None:
        dates = [field for field in builtin.definition.fields if isinstance(field, DateField)]
        keys = {bound.field for field in dates for bound in field.earliest + field.latest if bound.field}
        assert keys <= {field.key for field in dates}

    def test_its_patterns_are_valid(self, builtin: BuiltinType) -> None:
        texts = [field for field in builtin.definition.fields if isinstance(field, TextField)]
        assert all(is_pattern(field.pattern) for field in texts if field.pattern)

    def test_its_rules_exist(self, builtin: BuiltinType) -> None:
        assert set(builtin.definition.rules) <= set(RULES)

    def test_its_effects_name_its_own_fields(self, builtin: BuiltinType) -> None:
        definition = builtin.definition
        sources = [*definition.effects.values()]
        sources += [choice for effect in sources for choice in effect.values() if isinstance(choice, dict)]
        classes = {name for source in sources for name in source if name.endswith("_aim")}
        assert classes <= {"standard_programme_aim", "programme_aim", "other_aim"}
        keys = {effect[word] for effect in sources for word in ("field", "by") if word in effect}
        keys |= {*(definition.restarts or {}).values(), definition.effective_on} - {None}
        assert {key for key in keys if definition.field(key) is None} == set()

    def test_its_rules_of_the_ilr_name_its_own_fields(self, builtin: BuiltinType) -> None:
        keys: set[str | None] = set()
        for check in builtin.definition.codes:
            keys |= {check.field, check.element_in, check.year_in, check.day_in}
        if units := builtin.definition.units:
            keys |= {units.reference_in, units.kind_in, units.starts, units.ends}
            keys |= {*units.not_asked, *units.choices_not_asked}
        assert {key for key in keys if key is not None and builtin.definition.field(key) is None} == set()
