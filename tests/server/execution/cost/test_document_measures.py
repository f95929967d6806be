"""Compares the linear measurement with a full expansion of all fragments, on random documents."""

from functools import cache

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    print_ast,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.support.scenarios.measured_documents import measure_operation

FIELDS = {
    "Query": ("hello", "thing", "things", "some"),
    "Thing": ("name", "words", "thing", "some", "things"),
    "ThingConnection": ("totalCount", "nodes", "edges"),
    "ThingEdge": ("cursor", "node"),
}
FIELD_TYPES = {
    "thing": "Thing", "some": "Thing", "things": "ThingConnection", "nodes": "Thing", "edges": "ThingEdge", "node": "Thing",
}  # fmt: skip
PAGE_SIZES: dict[str, int | str] = {
    "": 50,
    "(first: 2)": 2,
    "(last: 3)": 3,
    "(first: $a)": "a",
    "(first: null, last: $b)": "b",
    "(first: 1000)": 100,
}
PRICES = {"things": 10, "totalCount": 10, "words": 3}
LIST_SIZES = {"Thing.some": 4, "Query.some": 7}


Fragments = tuple[tuple[str, str], ...]
"""The name and type condition of each fragment."""


@cache
def selections(type_name: str, fragments: Fragments, levels: int) -> st.SearchStrategy[str]:
    """Return a strategy for selection sets on a type, at most ``levels`` deep, that may spread its fragments."""
    choices = [field(name, fragments, levels) for name in FIELDS[type_name] if levels or name not in FIELD_TYPES]
    choices.append(st.just("__typename @skip(if: false)"))
    choices += [st.just(f"...{name}") for name, condition in fragments if condition == type_name]
    if levels:
        inner = selections(type_name, fragments, levels - 1)
        choices.append(inner.map(lambda nested: f"... on {type_name} @include(if: true) {nested}"))
    return st.lists(st.one_of(choices), min_size=1, max_size=3).map(lambda chosen: f"{{ {' '.join(chosen)} }}")


def field(name: str, fragments: Fragments, levels: int) -> st.SearchStrategy[str]:
    named = st.sampled_from([name, f"x: {name}"])
    if name not in FIELD_TYPES:
        return named
    arguments = st.sampled_from(list(PAGE_SIZES) if name == "things" else [""])
    return st.builds("{}{} {}".format, named, arguments, selections(FIELD_TYPES[name], fragments, levels - 1))


FRAGMENTS: Fragments = (
    ("F0", "Query"),
    ("F1", "Thing"),
    ("F2", "ThingConnection"),
    ("F3", "Thing"),
    ("F4", "ThingConnection"),
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Generate documents whose fragments spread later fragments, with all page sizes."""
    definitions = [f"query($a: Int, $b: Int) {draw(selections('Query', FRAGMENTS, 2))}"]
    for index, (name, type_name) in enumerate(FRAGMENTS):
        definitions.append(f"fragment {name} on {type_name} {draw(selections(type_name, FRAGMENTS[index + 1 :], 1))}")
    return " ".join(definitions)


class Expansion:
    """The measures of a document, computed by visiting a fragment as often as it is spread."""

    def __init__(self, text: str, variables: dict[str, int]) -> None:
        definitions = parse(text).definitions
        self.fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
        self.variables = variables
        self.selections = self.depth = self.aliases = self.directives = self.fields = self.cost = 0
        assert isinstance(definitions[0], OperationDefinitionNode)
        self.walk(definitions[0].selection_set, "Query", times=1, page=0, level=1)

    def walk(self, node: SelectionSetNode, type_name: str, *, times: int, page: int, level: int) -> None:
        for selection in node.selections:
            self.selections += 1
            self.directives += len(selection.directives or ())
            if isinstance(selection, FieldNode):
                self.enter(selection, type_name, times, page, level)
                continue
            if isinstance(selection, FragmentSpreadNode):
                nested = self.fragments[selection.name.value].selection_set
            else:
                assert isinstance(selection, InlineFragmentNode)
                nested = selection.selection_set
            self.walk(nested, type_name, times=times, page=page, level=level)

    def enter(self, node: FieldNode, type_name: str, times: int, page: int, level: int) -> None:
        name = node.name.value
        self.depth = max(self.depth, level)
        self.fields += level == 1
        self.aliases += node.alias is not None
        times *= page if name in ("nodes", "edges") else 1
        self.cost += times * PRICES.get(name, 1)
        if node.selection_set is None:
            return
        times *= LIST_SIZES.get(f"{type_name}.{name}", 1)
        arguments = "".join(print_ast(argument) + ", " for argument in node.arguments or ()).removesuffix(", ")
        size = PAGE_SIZES[f"({arguments})" if arguments else ""]
        page = self.variables.get(size, 50) if isinstance(size, str) else size
        self.walk(node.selection_set, FIELD_TYPES[name], times=times, page=page, level=level + 1)


@given(documents(), st.fixed_dictionaries({}, optional={"a": st.integers(0, 100), "b": st.integers(0, 100)}))
def test_measures_agree_with_full_expansion(text: str, variables: dict[str, int]) -> None:
    expansion, measures = Expansion(text, variables), measure_operation(text)
    for name in ("selections", "depth", "aliases", "directives", "fields"):
        assert getattr(measures, name) == getattr(expansion, name)
    assert measures.cost.evaluate(variables) == expansion.cost
    assert measures.row_cost.evaluate(variables) == 0
