"""Invented people: names that occur once, valid ULNs and addresses by the ILR's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from services.forms.check_digits import is_valid_uln

_INWARD = "ABDEFGHJLNPQRSTUWXYZ"  # the letters that the second half of a postcode has


@dataclass(slots=True)
class People:
    """Draws one person after the other; no two have the same name."""

    names: Mapping[str, Sequence[str]]
    draw: Random
    _met: set[tuple[str, str]] = field(default_factory=set)
    _families: list[str] = field(default_factory=list)

    def name(self) -> dict[str, str]:
        """Title, given names and family name; each family name comes once before any comes twice."""
        if not self._families:
            self._families = list(self.names["family_names"])
            self.draw.shuffle(self._families)
        family = self._families.pop()
        while True:
            title, _, given = self.draw.choice(self.names["given_names"]).partition(" ")
            if (given, family) not in self._met:
                self._met.add((given, family))
                return {"title": title, "given_names": given, "family_name": family}

    def address(self, towns: Sequence[Sequence[str]]) -> dict[str, Any]:
        """Four lines, of which the second and the last may be empty, and a postcode."""
        town, county, outward = self.draw.choice(towns)
        flat = self.draw.random() < 0.2
        street = f"{self.draw.randint(1, 140)} {self.draw.choice(self.names['streets'])}"
        inward = "".join(self.draw.choice(_INWARD) for _ in range(2))
        return {
            "address_line1": f"Flat {self.draw.randint(1, 12)}" if flat else street,
            "address_line2": street if flat else None,
            "address_line3": town,
            "address_line4": county or None,
            "postcode": f"{outward} {self.draw.randint(1, 9)}{inward}",
        }


def uln_from(nine_digits: int) -> str:
    """The first valid ULN whose first nine digits are these or the next ones."""
    while True:
        for check_digit in range(10):
            if is_valid_uln(uln := f"{nine_digits}{check_digit}"):
                return uln
        nine_digits += 1
