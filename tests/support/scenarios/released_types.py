"""The built-in tracker types as version 0.2.0 had them."""

from services.tracker_types.builtin import parse_builtin_types
from tests.support.paths import DATA

RELEASED_TYPES = parse_builtin_types((DATA / "tracker-types-0.2.0.toml").read_text("utf-8"))
