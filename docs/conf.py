"""Build the documentation with Sphinx: ``make docs``.

The pages are Markdown that also reads well in a repository's browser. Nothing is fetched at build or at view.
"""

import tomllib
from pathlib import Path

_PYPROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))

project = "Trackers"
version = release = _PYPROJECT["project"]["version"]
language = "en_GB"
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True
smartquotes = False

myst_heading_anchors = 3

html_theme = "furo"
html_title = f"Trackers {version}"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {"top_of_page_buttons": []}
