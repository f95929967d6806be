"""Generation of fictional people: unique names, valid ULNs, and addresses that satisfy the ILR's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from services.forms.check_digits import is_valid_uln

_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # allowed in the second part of a postcode


@dataclass(slots=True)
class PersonGenerator:
    """A generator of fictional people with unique names."""

    names: Mapping[str, Sequence[str]]
    random: Random
    _used_names: set[tuple[str, str]] = field(default_factory=set)
    _family_names: list[str] = field(default_factory=list)

    def make_name(self) -> dict[str, str]:
        """Return a title, given names and a family name; no family name is reused until all have been used."""
        if not self._family_names:
            self._family_names = list(self.names["family_names"])
            self.random.shuffle(self._family_names)
        family_name = self._family_names.pop()
        while True:
            title, _, given_names = self.random.choice(self.names["given_names"]).partition(" ")
            if (given_names, family_name) not in self._used_names:
                self._used_names.add((given_names, family_name))
                return {"title": title, "given_names": given_names, "family_name": family_name}

    def make_address(self, towns: Sequence[Sequence[str]]) -> dict[str, Any]:
        """Return four address lines, of which the second and the fourth may be None, and a postcode."""
        town, county, outward = self.random.choice(towns)
        is_flat = self.random.random() < 0.2
        street = f"{self.random.randint(1, 140)} {self.random.choice(self.names['streets'])}"
        inward = "".join(self.random.choice(_INWARD_LETTERS) for _ in range(2))
        return {
            "address_line1": f"Flat {self.random.randint(1, 12)}" if is_flat else street,
            "address_line2": street if is_flat else None,
            "address_line3": town,
            "address_line4": county or None,
            "postcode": f"{outward} {self.random.randint(1, 9)}{inward}",
        }


def make_uln(nine_digits: int) -> str:
    """Return the first valid ULN with these nine digits, which are incremented if they have no valid check digit."""
    while True:
        for check_digit in range(10):
            if is_valid_uln(uln := f"{nine_digits}{check_digit}"):
                return uln
        nine_digits += 1
