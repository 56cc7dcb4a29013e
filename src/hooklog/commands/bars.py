"""Small bars of block characters, for numbers in a terminal."""

from collections.abc import Sequence

__all__ = ["bar", "spark"]

_LOW = "▁▂▃▄▅▆▇█"


def bar(start: float, length: float, cells: int) -> str:
    """A bar within so many cells; `start` and `length` are shares of the whole. It is never invisible."""
    eighths = round(max(0.0, min(1.0, start)) * cells * 8)
    size = max(1, min(round(max(0.0, length) * cells * 8), cells * 8 - eighths))
    # Blocks fill from the left only, so a bar begins at a whole cell.
    before = min(eighths // 8, cells - 1)
    full, rest = divmod(size, 8)
    drawn = "█" * full + ("▏▎▍▌▋▊▉"[rest - 1] if rest else "")
    return (" " * before + drawn)[:cells].ljust(cells)


def spark(counts: Sequence[int], cells_max: int) -> str:
    """Numbers side by side as bars of their height; of more than there are cells, neighbours are added up.

    What is not 0 is never invisible.
    """
    if not counts:
        return ""
    width = -(-len(counts) // cells_max)
    sums = [sum(counts[place : place + width]) for place in range(0, len(counts), width)]
    most = max(1, *sums)
    return "".join(" " if one == 0 else _LOW[-(-one * len(_LOW) // most) - 1] for one in sums)
