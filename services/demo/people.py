"""Invented people: unique names, valid ULNs, and addresses that keep the ILR's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from services.forms.check_digits import is_valid_uln

_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # of the second half of a postcode


@dataclass(slots=True)
class PersonGenerator:
    """Generates invented people; no two have the same name."""

    names: Mapping[str, Sequence[str]]
    random: Random
    _used: set[tuple[str, str]] = field(default_factory=set)
    _family_names: list[str] = field(default_factory=list)

    def name(self) -> dict[str, str]:
        """Return a title, given names and a family name; every family name is used once before any is used again."""
        if not self._family_names:
            self._family_names = list(self.names["family_names"])
            self.random.shuffle(self._family_names)
        family = self._family_names.pop()
        while True:
            title, _, given = self.random.choice(self.names["given_names"]).partition(" ")
            if (given, family) not in self._used:
                self._used.add((given, family))
                return {"title": title, "given_names": given, "family_name": family}

    def address(self, towns: Sequence[Sequence[str]]) -> dict[str, Any]:
        """Return four address lines, of which the second and the last may be None, and a postcode."""
        town, county, outward = self.random.choice(towns)
        flat = self.random.random() < 0.2
        street = f"{self.random.randint(1, 140)} {self.random.choice(self.names['streets'])}"
        inward = "".join(self.random.choice(_INWARD_LETTERS) for _ in range(2))
        return {
            "address_line1": f"Flat {self.random.randint(1, 12)}" if flat else street,
            "address_line2": street if flat else None,
            "address_line3": town,
            "address_line4": county or None,
            "postcode": f"{outward} {self.random.randint(1, 9)}{inward}",
        }


def uln_from(nine_digits: int) -> str:
    """Return the first valid ULN whose first nine digits are these, or the next number that has a valid check digit."""
    while True:
        for check_digit in range(10):
            if is_valid_uln(uln := f"{nine_digits}{check_digit}"):
                return uln
        nine_digits += 1
