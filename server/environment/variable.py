"""What an environment variable is: how its value is read, and how it is documented."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server import setting_values


class SettingsError(Exception):
    """Raised when a setting is invalid; the one-line message names the variable, its value and the accepted values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An environment variable: how to parse its value, and how to document it."""

    name: str
    setting: str
    """The name of the attribute of ``Settings`` or ``Limits`` that holds its value."""
    parse: Callable[..., object]
    """Parses the text, with the settings in ``depends_on`` as keyword arguments. Raises ValueError or LookupError."""
    expected: str
    """The accepted format, for error messages and the settings reference."""
    meaning: str
    """The description for operators, in Markdown."""
    default: str = ""
    """The text that is used if the variable is unset. If this is empty too, the setting is ``absent``."""
    absent: object = None
    absent_meaning: str = "none"
    """The description of the default if the setting is absent, in Markdown."""
    depends_on: tuple[str, ...] = ()
    show: Callable[[str], str] = setting_values.without_secrets
    """Formats an invalid text for the error message, without secrets."""

    def read(self, environ: Mapping[str, str], **settings: object) -> object:
        """Return the parsed value of the variable; an empty variable counts as unset. Raises SettingsError."""
        text = environ.get(self.name) or self.default
        if not text:
            return self.absent
        try:
            return self.parse(text, **settings)
        except (ValueError, LookupError):
            raise SettingsError(f"{self.name} holds {self.show(text)}: it must hold {self.expected}") from None
