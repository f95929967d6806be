"""How much a document selects, found in time linear to its text before validation takes its square."""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

__all__ = ["Selections"]


class Selections:
    """Measures one parsed document, valid or not. Both measures raise RecursionError for one nested too deeply."""

    def __init__(self, document: DocumentNode) -> None:
        definitions = document.definitions
        self.cyclic = False
        self._roots = [node.selection_set for node in definitions if isinstance(node, OperationDefinitionNode)]
        self._fragments = {
            node.name.value: node.selection_set for node in definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._counts: dict[str, int | None] = {}

    def total(self) -> int:
        """Return the number of selections with all fragments spread out, each fragment counted once.

        Fragments that no operation reaches count too: validation reads them. Sets `cyclic` where a fragment
        spreads itself.
        """
        total = sum(self._count(root) for root in self._roots)
        for name, selection_set in self._fragments.items():
            if name not in self._counts:
                self._roots.append(selection_set)
                total += self._count_fragment(name)
        return total

    def _count(self, selection_set: SelectionSetNode) -> int:
        count = 0
        for selection in selection_set.selections:
            count += 1
            if isinstance(selection, FragmentSpreadNode):
                count += self._count_fragment(selection.name.value)
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                count += self._count(selection.selection_set)
        return count

    def _count_fragment(self, name: str) -> int:
        if name not in self._fragments:
            return 0
        if name not in self._counts:
            self._counts[name] = None  # being counted: met again, it is a cycle
            self._counts[name] = self._count(self._fragments[name])
        count = self._counts[name]
        if count is None:
            self.cyclic = True
        return count or 0

    def repeated(self) -> int:
        """Return how many fields merge with another of the same response name.

        Takes time linear to `total`, which is to be small, and no end where the document is `cyclic`.
        """
        return sum(self._repeated([root]) for root in self._roots)

    def _repeated(self, waiting: list[SelectionSetNode]) -> int:
        fields: dict[str, list[SelectionSetNode]] = {}
        spread: set[str] = set()
        count = 0
        while waiting:
            for selection in waiting.pop().selections:
                if isinstance(selection, FieldNode):
                    count += 1
                    name = (selection.alias or selection.name).value
                    below = fields.setdefault(name, [])
                    if selection.selection_set:
                        below.append(selection.selection_set)
                elif isinstance(selection, InlineFragmentNode):
                    waiting.append(selection.selection_set)
                elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                    spread.add(selection.name.value)
                    waiting.extend(filter(None, [self._fragments.get(selection.name.value)]))
        return count - len(fields) + sum(self._repeated(below) for below in fields.values() if below)
