"""The linear measurement agrees with walking through every spread fragment, on random documents."""

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
BELOW = {
    "thing": "Thing", "some": "Thing", "things": "ThingConnection", "nodes": "Thing", "edges": "ThingEdge", "node": "Thing",
}  # fmt: skip
PAGES: dict[str, int | str] = {
    "": 50,
    "(first: 2)": 2,
    "(last: 3)": 3,
    "(first: $a)": "a",
    "(first: null, last: $b)": "b",
    "(first: 1000)": 100,
}
PRICES = {"things": 10, "totalCount": 10, "words": 3}
SIZES = {"Thing.some": 4, "Query.some": 7}


Fragments = tuple[tuple[str, str], ...]
"""The name and the type condition of each fragment."""


@cache
def selections(on: str, fragments: Fragments, levels: int) -> st.SearchStrategy[str]:
    """Return selection sets on a type, at most ``levels`` deep, which may spread the fragments on that type."""
    choices = [field(name, fragments, levels) for name in FIELDS[on] if levels or name not in BELOW]
    choices.append(st.just("__typename @skip(if: false)"))
    choices += [st.just(f"...{name}") for name, kind in fragments if kind == on]
    if levels:
        inner = selections(on, fragments, levels - 1)
        choices.append(inner.map(lambda nested: f"... on {on} @include(if: true) {nested}"))
    return st.lists(st.one_of(choices), min_size=1, max_size=3).map(lambda chosen: f"{{ {' '.join(chosen)} }}")


def field(name: str, fragments: Fragments, levels: int) -> st.SearchStrategy[str]:
    named = st.sampled_from([name, f"x: {name}"])
    if name not in BELOW:
        return named
    arguments = st.sampled_from(list(PAGES) if name == "things" else [""])
    return st.builds("{}{} {}".format, named, arguments, selections(BELOW[name], fragments, levels - 1))


FRAGMENTS: Fragments = (
    ("F0", "Query"),
    ("F1", "Thing"),
    ("F2", "ThingConnection"),
    ("F3", "Thing"),
    ("F4", "ThingConnection"),
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Return documents whose fragments spread later ones, with pages of all sizes."""
    written = [f"query($a: Int, $b: Int) {draw(selections('Query', FRAGMENTS, 2))}"]
    for place, (name, kind) in enumerate(FRAGMENTS):
        written.append(f"fragment {name} on {kind} {draw(selections(kind, FRAGMENTS[place + 1 :], 1))}")
    return " ".join(written)


class Expansion:
    """The same figures, counted by walking through every fragment as often as it is spread."""

    def __init__(self, text: str, variables: dict[str, int]) -> None:
        definitions = parse(text).definitions
        self.fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
        self.variables = variables
        self.selections = self.depth = self.aliases = self.directives = self.fields = self.cost = 0
        assert isinstance(definitions[0], OperationDefinitionNode)
        self.walk(definitions[0].selection_set, "Query", times=1, page=0, level=1)

    def walk(self, node: SelectionSetNode, on: str, *, times: int, page: int, level: int) -> None:
        for selection in node.selections:
            self.selections += 1
            self.directives += len(selection.directives or ())
            if isinstance(selection, FieldNode):
                self.enter(selection, on, times, page, level)
                continue
            if isinstance(selection, FragmentSpreadNode):
                below = self.fragments[selection.name.value].selection_set
            else:
                assert isinstance(selection, InlineFragmentNode)
                below = selection.selection_set
            self.walk(below, on, times=times, page=page, level=level)

    def enter(self, node: FieldNode, on: str, times: int, page: int, level: int) -> None:
        name = node.name.value
        self.depth = max(self.depth, level)
        self.fields += level == 1
        self.aliases += node.alias is not None
        times *= page if name in ("nodes", "edges") else 1
        self.cost += times * PRICES.get(name, 1)
        if node.selection_set is None:
            return
        times *= SIZES.get(f"{on}.{name}", 1)
        written = "".join(print_ast(argument) + ", " for argument in node.arguments or ()).removesuffix(", ")
        size = PAGES[f"({written})" if written else ""]
        page = self.variables.get(size, 50) if isinstance(size, str) else size
        self.walk(node.selection_set, BELOW[name], times=times, page=page, level=level + 1)


@given(documents(), st.fixed_dictionaries({}, optional={"a": st.integers(0, 100), "b": st.integers(0, 100)}))
def test_measures_agree_with_walking_through_every_spread(text: str, variables: dict[str, int]) -> None:
    expansion, found = Expansion(text, variables), measure_operation(text)
    for figure in ("selections", "depth", "aliases", "directives", "fields"):
        assert getattr(found, figure) == getattr(expansion, figure)
    assert found.cost.evaluate(variables) == expansion.cost
    assert found.row_cost.evaluate(variables) == 0
