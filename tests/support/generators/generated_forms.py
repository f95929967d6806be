"""Hypothesis strategies for the fields of custom tracker types, and for valid values of a form served by the API."""

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from services.kernel.dates import today

Json = dict[str, Any]

TEXTS = st.text("abcXYZ019 é😀'\"<&-", min_size=1, max_size=12).map(lambda text: f"x{text}y")
FORMATS = {
    "ULN": "1000000027",
    "POSTCODE": "SW1A 1AA",
    "ILR_YEAR": "26-27",
    "PHONE": "02079460000",
    "UKPRN": "10033670",
}
PATTERNS = {"[A-Z]{2}[0-9]+": "AB12", r"\p{L}{2,}": "Éa", "(?:a|b)+": "abba", r"[^\s]{3}": "x-y"}
DATES = st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1)).map(dt.date.isoformat)


@st.composite
def forms(draw: st.DrawFn) -> list[Json]:
    """Draw the fields of a form, most of which are valid."""
    fields: list[Json] = []
    for number in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(list(_KINDS)))
        field: Json = {"key": f"f{number}", "label": draw(TEXTS), "kind": kind, "required": draw(st.booleans())}
        field |= draw(_KINDS[kind](fields))
        field["help"] = draw(st.none() | TEXTS)
        field["requiredFor"] = draw(
            st.lists(st.sampled_from(["RESOLVED", "REJECTED", "CLOSED"]), max_size=2, unique=True)
        )
        is_always_visible = draw(st.booleans())
        if fields and not is_always_visible:
            field["visibleWhen"] = draw(_conditions(fields))
        fields.append(field)
    return fields


def _optional(**slots: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({}, optional=slots)


def _texts(earlier: list[Json]) -> st.SearchStrategy[Json]:
    lengths = _optional(multiline=st.booleans(), minLength=st.integers(0, 30), maxLength=st.integers(20, 300))
    formats = st.sampled_from(list(FORMATS)).map(lambda name: {"format": name})
    patterns = st.sampled_from(list(PATTERNS)).map(lambda pattern: {"pattern": pattern})
    return st.one_of(lengths, formats, patterns)


def _integers(earlier: list[Json]) -> st.SearchStrategy[Json]:
    return _optional(minimum=st.integers(-(2**31), 5).map(str), maximum=st.integers(0, 2**31 - 1).map(str))


def _decimals(earlier: list[Json]) -> st.SearchStrategy[Json]:
    minimum, maximum = (
        st.decimals(*limits, places=2).map(lambda number: f"{number:f}") for limits in ((-1000, 5), (0, 1000))
    )
    return _optional(minimum=minimum, maximum=maximum, places=st.integers(2, 4))


def _dates(earlier: list[Json]) -> st.SearchStrategy[Json]:
    dates = [field["key"] for field in earlier if field["kind"] == "DATE"]
    bases: list[st.SearchStrategy[Json]] = [DATES.map(lambda day: {"date": day}), st.just({"today": True})]
    if dates:
        bases.append(st.sampled_from(dates).map(lambda key: {"field": key}))
    earlier_days, later_days = st.integers(-20_000, 50), st.integers(-50, 20_000)
    return _optional(earliest=_bounds(bases, earlier_days), latest=_bounds(bases, later_days))


def _bounds(bases: list[st.SearchStrategy[Json]], offsets: st.SearchStrategy[int]) -> st.SearchStrategy[list[Json]]:
    bound = st.tuples(st.one_of(bases), offsets).map(lambda parts: parts[0] | {"offsetDays": parts[1]})
    return st.lists(bound, max_size=2)


def _booleans(earlier: list[Json]) -> st.SearchStrategy[Json]:
    return _optional(default=st.none() | st.booleans(), mustBeTrue=st.booleans())


def _choices(earlier: list[Json]) -> st.SearchStrategy[Json]:
    choice = st.fixed_dictionaries({"value": TEXTS, "label": TEXTS}, optional={"validTo": st.just("2099-12-31")})
    choices = st.lists(choice, min_size=1, max_size=4, unique_by=lambda choice: choice["value"])
    return st.fixed_dictionaries({"choices": choices}, optional={"multiple": st.booleans()})


def _references(earlier: list[Json]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({"target": st.sampled_from(["MEMBER", "EMPLOYER", "PROGRAMME"])})


_KINDS = {
    "TEXT": _texts,
    "INTEGER": _integers,
    "DECIMAL": _decimals,
    "DATE": _dates,
    "BOOLEAN": _booleans,
    "CHOICE": _choices,
    "REFERENCE": _references,
}


@st.composite
def _conditions(draw: st.DrawFn, fields: list[Json]) -> Json:
    other = draw(st.sampled_from(fields))
    values: st.SearchStrategy[str] = {
        "BOOLEAN": st.sampled_from(["true", "false"]),
        "CHOICE": st.sampled_from([choice["value"] for choice in other.get("choices", [])] or ["?"]),
        "INTEGER": st.integers(-5, 5).map(str),
        "DECIMAL": st.sampled_from(["0", "1.50", "-2"]),
        "DATE": DATES,
    }.get(other["kind"], TEXTS)
    return {"field": other["key"], "isOneOf": draw(st.lists(values, min_size=1, max_size=3))}


class FormFiller:
    """A generator of valid values for the fields of a form served by the API."""

    def __init__(self, data: st.DataObject, references: dict[str, str]) -> None:
        self._data = data
        self._references = references
        self._kinds: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.is_fillable = True

    def fill(self, fields: list[Json]) -> list[Json]:
        """Return the values to submit, and set ``is_fillable`` to false if a required field has no valid value."""
        self._kinds = {field["key"]: field["kind"] for field in fields}
        for field in fields:
            if not self._is_visible(field):
                continue
            if field["required"] or self._data.draw(st.booleans(), label=f"fill {field['key']}"):
                value = self._value(field)
                if value is not None:
                    self.values[field["key"]] = value
                elif field["required"]:
                    self.is_fillable = False
            elif field["kind"] == "BOOLEAN" and field["default"] is not None:
                self.values[field["key"]] = True if field["mustBeTrue"] else field["default"]
        return [{"key": key, "value": {INPUT_SLOTS[self._kinds[key]]: value}} for key, value in self.values.items()]

    def _is_visible(self, field: Json) -> bool:
        condition = field["visibleWhen"]
        if condition is None:
            return True
        value, condition_values = self.values.get(condition["field"]), condition["isOneOf"]
        if value is None:
            return False
        match self._kinds[condition["field"]]:
            case "DECIMAL":
                return Decimal(value) in map(Decimal, condition_values)
            case "BOOLEAN":
                return ("true" if value else "false") in condition_values
            case "CHOICE":
                return not set(value).isdisjoint(condition_values)
        return str(value) in condition_values

    def _value(self, field: Json) -> Any:
        match field["kind"]:
            case "TEXT":
                return self._text(field)
            case "INTEGER":
                minimum, maximum = int(field["minimum"] or -(2**31)), int(field["maximum"] or 2**31 - 1)
                return self._data.draw(st.integers(minimum, maximum))
            case "DECIMAL":
                lowest, highest = Decimal(field["minimum"] or -(10**6)), Decimal(field["maximum"] or 10**6)
                return f"{self._data.draw(st.decimals(lowest, highest, places=field['places'])):f}"
            case "DATE":
                return self._date(field)
            case "BOOLEAN":
                return field["mustBeTrue"] or self._data.draw(st.booleans())
            case "CHOICE":
                values = st.sampled_from([choice["value"] for choice in field["choices"]])
                maximum = len(field["choices"]) if field["multiple"] else 1
                return self._data.draw(st.lists(values, min_size=1, max_size=maximum, unique=True))
        return self._references[field["target"]]

    def _text(self, field: Json) -> str:
        if field["format"] or field["pattern"]:
            return FORMATS.get(field["format"]) or PATTERNS[field["pattern"]]
        length = self._data.draw(st.integers(max(field["minLength"] or 0, 1), field["maxLength"]))
        return self._data.draw(st.sampled_from("xé😀")) * length

    def _date(self, field: Json) -> str | None:
        earliest = max([dt.date(1900, 1, 1), *self._limits(field["earliest"])])
        latest = min([dt.date(2100, 12, 31), *self._limits(field["latest"])])
        return None if earliest > latest else self._data.draw(st.dates(earliest, latest)).isoformat()

    def _limits(self, bounds: list[Json]) -> list[dt.date]:
        dates = []
        for bound in bounds:
            base = today().isoformat() if bound["today"] else bound["date"] or self.values.get(bound["field"])
            if base is not None:
                dates.append(dt.date.fromisoformat(base) + dt.timedelta(days=bound["offsetDays"]))
        return dates


INPUT_SLOTS = {
    "TEXT": "text",
    "INTEGER": "integer",
    "DECIMAL": "decimal",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "CHOICE": "choices",
    "REFERENCE": "reference",
}
