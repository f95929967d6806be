"""Random valid documents over a whole schema, with variables, drawn by hypothesis."""

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedOutputType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationType,
    get_named_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
)

Json = Any


class Literal(str):
    """The name of an enum's value, which is written without quotes."""

    __slots__ = ()


class RandomDocument(NamedTuple):
    """The text of a document, the values of its variables, and the coordinates of its fields, such as ``Query.me``."""

    text: str
    values: dict[str, Json]
    coordinates: list[str]


class RandomDocuments:
    """Writes random queries. ``ids`` are global ids that exist; ``texts`` are texts for other string arguments."""

    def __init__(self, schema: GraphQLSchema, ids: Sequence[str], texts: Sequence[str]) -> None:
        self._schema = schema
        self._ids = ids
        self._texts = texts

    def query(self, random: Random, *, root: GraphQLObjectType | None = None) -> "RandomDocument":
        """Return a query, or an operation on another root type."""
        assert self._schema.query_type
        writer = _Writer(self, random, self._schema)
        root_type = root or self._schema.query_type
        (keyword,) = (kind.value for kind in OperationType if self._schema.get_root_type(kind) is root_type)
        most = random.choice([1, 1, 2, 3]) if keyword != "subscription" else 1
        body = writer.selection_set(root_type, random.randint(2, 6), most=most)
        variables = f"({', '.join(writer.definitions)})" if writer.definitions else ""
        text = "\n".join([f"{keyword} Q{variables} {body}", *writer.fragments])
        return RandomDocument(text, writer.values, writer.coordinates)

    def leaf(self, random: Random, name: str, argument: str) -> Json:
        """Return a value of a scalar, for an argument or an input field of this name."""
        if name == "ID":
            return random.choice(self._ids)
        if argument in ("first", "last"):
            return random.choice([0, 1, 2, 3, 5])
        if name == "Boolean":
            return random.random() < 0.5
        if name == "Int":
            return random.randint(-1, 9)
        if name == "Date":
            return random.choice(["2026-01-31", "2027-12-01", "0000-01-01"])
        if name == "Decimal":
            return random.choice(["1", "-2.50"])
        return random.choice(self._texts)


class _Writer:
    def __init__(self, documents: RandomDocuments, random: Random, schema: GraphQLSchema) -> None:
        self._documents = documents
        self._random = random
        self._schema = schema
        self._count = 0
        self.definitions: list[str] = []
        self.values: dict[str, Json] = {}
        self.fragments: list[str] = []
        self.coordinates: list[str] = []
        self._fragments_on: dict[str, list[str]] = {}

    def _name(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def selection_set(self, parent: GraphQLNamedOutputType, depth: int, *, most: int = 6) -> str:
        random = self._random
        parts: list[str] = []
        fields = getattr(parent, "fields", {})
        names = [name for name, field in fields.items() if depth or not is_composite_type(get_named_type(field.type))]
        for name in random.sample(names, min(len(names), random.randint(1, most))):
            self.coordinates.append(f"{parent.name}.{name}")
            parts.append(self._field(name, fields[name], depth))
        if isinstance(parent, GraphQLInterfaceType | GraphQLUnionType):
            possible = self._schema.get_possible_types(parent)
            parts += [
                f"... on {type_.name}{self._directive()} {self.selection_set(type_, depth, most=most)}"
                for type_ in random.sample(possible, random.randint(1, min(4, len(possible))))
            ]
        if not parts or random.random() < 0.2:
            parts.append("__typename")
        if random.random() < 0.15 and len(parts) > 1:
            fragment = self._name("F")
            self.fragments.append(f"fragment {fragment} on {parent.name} {{ {' '.join(parts[1:])} }}")
            parts = [parts[0], f"...{fragment}{self._directive()}", *random.choice([[], [f"...{fragment}"]])]
            self._fragments_on.setdefault(parent.name, []).append(fragment)
        elif random.random() < 0.1:
            parts.append(f"... {self._directive()} {{ {random.choice(parts)} }}")
        elif known := self._fragments_on.get(parent.name) if random.random() < 0.2 else None:
            parts.append(f"...{random.choice(known)}{self._directive()}")
        return f"{{ {' '.join(parts)} }}"

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        arguments = self._arguments(field.args)
        # The same name may be selected with other arguments, or on another type: then it needs an alias of its own.
        alias = f"{self._name('a')}: "
        if self._random.random() < 0.05 and not arguments and name == "id":
            alias = ""
        named = get_named_type(field.type)
        if not is_composite_type(named):
            return f"{alias}{name}{arguments}{self._directive()}"
        # Fields with the same alias and arguments merge.
        return " ".join(
            f"{alias}{name}{arguments}{self._directive()} {self.selection_set(named, depth - 1)}"
            for _ in range(2 if self._random.random() < 0.07 else 1)
        )

    def _directive(self) -> str:
        random = self._random
        if random.random() > 0.07:
            return ""
        value = random.choice(["true", "false", "$"])
        if value == "$":
            value = "$" + self._name("c")
            self.definitions.append(f"{value}: Boolean!")
            self.values[value[1:]] = random.random() < 0.5
        return f" @{random.choice(['skip', 'include'])}(if: {value})"

    def _arguments(self, arguments: Mapping[str, GraphQLArgument]) -> str:
        written = []
        for name, argument in arguments.items():
            if not is_required_argument(argument) and self._random.random() < 0.6:
                continue
            value = self._value(name, argument.type)
            if self._random.random() < 0.4:
                variable = self._name("v")
                self.definitions.append(f"${variable}: {argument.type}")
                if is_required_argument(argument) or self._random.random() < 0.8:
                    self.values[variable] = value
                written.append(f"{name}: ${variable}")
            else:
                written.append(f"{name}: {_literal(value)}")
        return f"({', '.join(written)})" if written else ""

    def _value(self, name: str, type_: Any) -> Json:
        random = self._random
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        elif random.random() < 0.1:
            return None
        if isinstance(type_, GraphQLList):
            return [self._value(name, type_.of_type) for _ in range(random.choice([0, 1, 1, 2]))]
        if isinstance(type_, GraphQLEnumType):
            return Literal(random.choice(list(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(type_)
        return self._documents.leaf(random, type_.name, name)

    def _object(self, type_: GraphQLInputObjectType) -> Json:
        fields: dict[str, GraphQLInputField] = type_.fields
        if type_.is_one_of:
            name = self._random.choice(list(fields))
            return {name: self._value(name, GraphQLNonNull(fields[name].type))}
        return {
            name: self._value(name, field.type)
            for name, field in fields.items()
            if is_required_input_field(field) or self._random.random() < 0.3
        }


def _literal(value: Json) -> str:
    if isinstance(value, Literal):
        return value
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_literal(entry)}' for name, entry in value.items())}}}"
    return json.dumps(value)
