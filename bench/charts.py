"""Two kinds of pictures as SVG: how far each figure is from what it must reach, and a line over some points."""

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

import msgspec

__all__ = ["Bar", "bars", "line"]

WIDTH = 860
LABEL_WIDTH = 400
ROW_HEIGHT = 22
PLOT_WIDTH = WIDTH - LABEL_WIDTH - 110
# Readable on white and on black.
TEXT, GRID, GOOD, BAD, MARK = "#808890", "#80889055", "#2f9e6e", "#d9653b", "#5b7fd6"
LEFT, RIGHT, TOP, BOTTOM, LINE_HEIGHT = 90, 44, 46, 46, 260
TICKS = 4


class Bar(msgspec.Struct, frozen=True):
    """`times` is how many times better than it must be (1 is just reached); `aim` in the same measure, if any."""

    label: str
    shown: str
    times: float
    aim: float | None = None


def bars(title: str, items: Sequence[Bar]) -> str:
    """A bar for each figure on a logarithmic scale; the line at 1 is what it must be, the mark is the aim."""
    marks = [value for item in items for value in (item.times, item.aim) if value] + [0.5, 2.0]
    low, high = math.log10(min(marks)) - 0.1, math.log10(max(marks)) + 0.1

    def x(value: float) -> float:
        return LABEL_WIDTH + (math.log10(value) - low) / (high - low) * PLOT_WIDTH

    height = 60 + ROW_HEIGHT * len(items)
    parts = [_text(LABEL_WIDTH, 18, title, "start", bold=True)]
    for value in _decades(10**low, 10**high):
        parts.append(_stroke(x(value), 34, x(value), height - 20, MARK if value == 1 else GRID))
        parts.append(_text(x(value), height - 6, f"{value:g}x", "middle"))
    for index, item in enumerate(items):
        top = 40 + index * ROW_HEIGHT
        begin, end = sorted((x(1), x(item.times)))
        parts.append(_text(LABEL_WIDTH - 12, top + 12, item.label, "end"))
        parts.append(
            f'<rect x="{begin:.1f}" y="{top}" width="{max(2.0, end - begin):.1f}" height="15" rx="2" '
            f'fill="{GOOD if item.times >= 1 else BAD}"/>'
        )
        if item.aim:
            parts.append(_stroke(x(item.aim), top - 2, x(item.aim), top + 17, MARK, 2.5))
        parts.append(_text(WIDTH - 4, top + 12, item.shown, "end"))
    return _svg(height, parts)


def line(title: str, points: Sequence[tuple[float, float]], x_name: str, y_name: str) -> str:
    """Points joined in their order; both scales begin at 0."""
    x_step, y_step = _step(max(x for x, _ in points)), _step(max(y for _, y in points))
    x_max, y_max = max(x for x, _ in points), y_step * TICKS
    height = LINE_HEIGHT

    def place(x: float, y: float) -> tuple[float, float]:
        across = LEFT + x / x_max * (WIDTH - LEFT - RIGHT)
        return across, height - BOTTOM - y / y_max * (height - TOP - BOTTOM)

    parts = [_text(LEFT, 18, title, "start", bold=True)]
    for number in range(TICKS + 1):
        (left, at_y), (at_x, bottom) = place(0, y_step * number), place(x_step * number, 0)
        parts.append(_stroke(left, at_y, WIDTH - RIGHT, at_y, GRID))
        parts.append(_text(left - 8, at_y + 4, f"{y_step * number:,g}", "end"))
        if x_step * number <= x_max:
            parts.append(_text(at_x, bottom + 16, f"{x_step * number:,.0f}", "middle"))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
    parts.append(f'<polyline points="{path}" fill="none" stroke="{MARK}" stroke-width="2.5"/>')
    parts += [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{MARK}"/>'
        for x, y in (place(*point) for point in points)
    ]
    parts.append(_text(WIDTH - RIGHT, height - 8, x_name, "end"))
    parts.append(_text(LEFT, 36, y_name, "start"))
    return _svg(height, parts)


def _decades(low: float, high: float) -> list[float]:
    """1, 3, 10, 30, ... and downwards, within a range."""
    steps = [
        round(base * 10.0**power, 6)
        for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for base in (1, 3)
    ]
    return [step for step in steps if low <= step <= high]


def _step(most: float) -> float:
    """A round number, TICKS of which reach the most."""
    decade = 10.0 ** math.floor(math.log10(max(most, 1e-9) / TICKS))
    return next(size * decade for size in (1, 2, 2.5, 5, 10) if size * decade * TICKS >= most)


def _text(x: float, y: float, text: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'


def _stroke(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.0) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"/>'
    )


def _svg(height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{TEXT}">'
    )
    return "\n".join([head, *parts, "</svg>", ""])
