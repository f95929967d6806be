"""A bar chart as SVG."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

COLOURS = ("#1f5fa8", "#8fb3d9", "#d98f5b")
LEFT, BAR, GAP, WIDTH, TOP, RIGHT = 150, 16, 18, 480, 60, 90


def bars(groups: Mapping[str, Mapping[str, float]], title: str) -> str:
    """Return a chart with a group of bars for each key, on a scale from 0 to 1 or to the greatest value.

    A dashed line marks 1.
    """
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    greatest = max([1.0, *(value for group in groups.values() for value in group.values())])
    parts, y = [], TOP
    for label, group in groups.items():
        middle = y + len(group) * BAR / 2 + 4
        parts.append(f'<text x="{LEFT - 8}" y="{middle:g}" text-anchor="end">{escape(label)}</text>')
        for name, value in group.items():
            length = WIDTH * value / greatest
            colour = COLOURS[names.index(name) % len(COLOURS)]
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 2}" fill="{colour}"/>')
            parts.append(f'<text x="{LEFT + length + 5:.1f}" y="{y + 11}">{value:.2f}</text>')
            y += BAR
        y += GAP
    x = LEFT + WIDTH / greatest
    parts.append(
        f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{y - GAP + 6}" stroke="#444" stroke-dasharray="4 3"/>'
    )
    return _document(title, [*_legend(names), *parts], y)


def _legend(names: list[str]) -> list[str]:
    parts, x = [], LEFT
    for number, name in enumerate(names):
        parts.append(f'<rect x="{x}" y="32" width="12" height="12" fill="{COLOURS[number % len(COLOURS)]}"/>')
        parts.append(f'<text x="{x + 17}" y="42">{escape(name)}</text>')
        x += 40 + 7 * len(name)
    return parts


def _document(title: str, parts: list[str], height: int) -> str:
    width = LEFT + WIDTH + RIGHT
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12">'
    )
    background = f'<rect width="{width}" height="{height}" fill="white"/>'
    return "\n".join(
        [head, background, f'<text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>', *parts, "</svg>\n"]
    )
