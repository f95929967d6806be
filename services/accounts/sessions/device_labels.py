"""Names for devices, such as "Firefox on Windows", so that people recognise theirs in a list or an email.

A header ``User-Agent`` says what its sender likes, so nothing depends on it. It is not kept: the label is.
"""

MAX_LABEL_LENGTH = 100
UNKNOWN_DEVICE = "Unknown device"

# The first that occurs counts: browsers name those that they are compatible with too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def device_label(user_agent: str) -> str:
    """Return what a header ``User-Agent`` says of browser and system, in one line of at most 100 characters.

    A program that is not a browser is named as it names itself, up to the first space.
    """
    browser = _first_found(user_agent, _BROWSERS)
    if browser is None:
        program, *_ = user_agent.split(maxsplit=1) or [""]
        # Letters of one alphabet, without spaces: nothing that could pass for a sentence, an address or another script.
        name = "".join(
            character for character in program if character.isascii() and (character.isalnum() or character in "/.-_")
        )
        return name[:MAX_LABEL_LENGTH] or UNKNOWN_DEVICE
    system = _first_found(user_agent, _SYSTEMS)
    return browser if system is None else f"{browser} on {system}"


def _first_found(user_agent: str, names: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for mark, name in names if mark in user_agent), None)
