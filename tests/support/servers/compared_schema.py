"""A small schema with every way to resolve a field, which ``compared_execution`` executes."""

import asyncio
import datetime as dt
import enum
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.dataloader import DataLoader
from strawberry.extensions import FieldExtension
from strawberry.scalars import JSON

from schema.declaration.base import Schema
from server.execution.answers import NATIVE_SCALARS
from server.execution.compiled.registry import Encoding, Registry


@dataclass
class World:
    """The context: a data loader, and what has been called."""

    called: list[str] = field(default_factory=list)
    batches: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.friends: DataLoader[int, Any] = DataLoader(self._load)

    async def _load(self, ids: list[int]) -> list[Any]:
        self.batches.append(ids)
        return [Dog(id_, f"dog {id_}") if id_ % 2 else Cat(id_, f"cat {id_}") for id_ in ids]


Info = strawberry.Info[World, Any]


@strawberry.enum
class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Cat:
    number: int
    name: Any
    colour: Any = Colour.RED
    born: Any = dt.date(2020, 2, 29)
    fed_at: Any = dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC)
    price: Any = Decimal("1.50")
    weight: Any = 4.5
    tags: Any = ("soft", "grey")
    note: Any = None


@dataclass
class Dog:
    number: int
    name: Any
    tricks: Any = field(default_factory=lambda: [["sit"], ["roll", "over"]])


async def _friend(root: strawberry.Parent[Any], info: Info) -> Any:
    return await info.context.friends.load(root.number + 1)


def _later_friend(root: strawberry.Parent[Any], info: Info) -> Any:
    return info.context.friends.load(root.number + 1)


@strawberry.interface
class Animal:
    number: int
    name: str
    friend: "Animal" = strawberry.field(resolver=_friend)
    later_friend: "Animal | None" = strawberry.field(resolver=_later_friend)

    @strawberry.field
    def greeting(root, words: list[str] = ["hello"], loud: bool = False) -> str:  # noqa: B006, N805
        text = " ".join([*words, root.name])
        return text.upper() if loud else text


def _form(root: strawberry.Parent[Cat], info: Info) -> list[str]:
    info.context.called.append(f"form {root.number}")
    return ["a", f"b{root.number % 2}"]


def _later_form(root: strawberry.Parent[Cat], info: Info) -> Any:
    info.context.called.append(f"later form {root.number}")
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_result(Leaflet(text=f"leaflet {root.number % 2}"))
    return future


@strawberry.type
class Leaflet:
    text: str

    @strawberry.field
    def length(self) -> int:
        return len(self.text)

    @strawberry.field
    async def slowly(self) -> str:
        return self.text


@strawberry.type(name="Cat")
class CatType(Animal):
    colour: Colour | None
    born: dt.date
    fed_at: dt.datetime
    price: Decimal
    weight: float
    tags: list[str]
    note: JSON | None
    form: list[str] = strawberry.field(resolver=_form, metadata={"encode_once": lambda row: row.number % 2})
    later_form: Leaflet = strawberry.field(resolver=_later_form, metadata={"encode_once": lambda row: row.number % 2})

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, Cat)


@strawberry.type(name="Dog")
class DogType(Animal):
    tricks: list[list[str]] | None

    @strawberry.field
    def bark(root, info: Info, *, times: int) -> "str | None":  # noqa: N805
        info.context.called.append("bark")
        return "wau " * times if times else None

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, Dog)


Pet = Annotated[CatType | DogType, strawberry.union("Pet")]


class Louder(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        return next_(source, info, **kwargs) + "!"


@strawberry.type
class Shop:
    @strawberry.field
    def owner() -> str:
        return "Ada"

    @strawberry.field(extensions=[Louder()])  # type: ignore[untyped-decorator]
    def slogan(self, info: Info, word: str = "cheap") -> str:
        return f"{word} {info.field_name}"

    @strawberry.field
    async def broken(self) -> str:
        raise GraphQLError("Broken.")

    @strawberry.field
    def wrong(self) -> "int | None":
        return "many"  # type: ignore[return-value]

    @strawberry.field
    def missing(self) -> str:
        return None  # type: ignore[return-value]


@strawberry.type
class Query:
    @strawberry.field
    def animal(self, number: int = 1) -> Animal:
        row: Any = Dog(number, f"dog {number}") if number % 2 else Cat(number, f"cat {number}")
        return row  # type: ignore[no-any-return]

    @strawberry.field
    async def animals(self, count: int = 4) -> list[Animal]:
        rows: list[Any] = [Dog(n, f"dog {n}") if n % 2 else Cat(n, f"cat {n}") for n in range(count)]
        return rows

    @strawberry.field
    def pets(self) -> "list[Pet | None]":
        rows: list[Any] = [Cat(2, "Mia"), None, Dog(1, "Rex")]
        return rows

    @strawberry.field
    def cat(self, info: Info) -> CatType:
        info.context.called.append("cat")
        row: Any = Cat(2, "Mia")
        return row  # type: ignore[no-any-return]

    @strawberry.field
    def shop(self) -> Shop | None:
        return Shop()

    @strawberry.field
    async def closed(self, info: Info) -> Shop | None:
        info.context.called.append("closed")
        raise GraphQLError("Closed.")


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def rename(self, info: Info, name: str) -> "CatType | None":
        info.context.called.append(f"rename {name}")
        if name == "refused":
            raise GraphQLError("Refused.")
        row: Any = Cat(2, None if name == "null" else name)
        return row  # type: ignore[no-any-return]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def born(self) -> AsyncGenerator[CatType, None]:
        row: Any = Cat(2, "Mia")
        yield row


SCHEMA = Schema(Query, Mutation, Subscription, types=[CatType, DogType])
REGISTRY = Registry(SCHEMA.graphql_schema, Encoding(encode=orjson.dumps, splice=orjson.Fragment, native=NATIVE_SCALARS))
