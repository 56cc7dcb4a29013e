"""How entries of the log look in a terminal.

When, how it ended, which event, how long, and its id: on one line where the terminal is broad enough, else the id
below; the message below too, where it says more than the status. All widths follow from the terminal's alone, so
pages line up and nothing has to be kept. Wide is one line an entry with nothing cut, for other programs.
"""

from datetime import tzinfo

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from hooklog.commands.entry import RemoteEntry
from hooklog.commands.terminal import local_instant, plain, status_text
from hooklog.event import USUAL_MESSAGES, Status

__all__ = ["NarrowRows", "WideRows"]

_TIME_CELLS = 12
_STATUS_CELLS = max(len(status.name) for status in Status)
_MS_CELLS = 9
_ID_CELLS = 36
_NAME_CELLS_MIN, _NAME_CELLS_USUAL, _NAME_CELLS_MAX = 8, 20, 32
_GAP = "  "
_INDENT = " " * (_TIME_CELLS + len(_GAP))
_NO_NAME = "-"


class NarrowRows:
    """Entries fitted to the terminal, below the day that they belong to."""

    def __init__(self, console: Console, zone: tzinfo | None) -> None:
        """Args: `console`: where to; `zone`: whose days and hours, None for this machine's."""
        self._console = console
        self._zone = zone
        self._day = ""
        taken = _TIME_CELLS + _STATUS_CELLS + _MS_CELLS + 3 * len(_GAP)
        with_id = taken + len(_GAP) + _ID_CELLS
        self._has_id_below = console.width < with_id + _NAME_CELLS_USUAL
        left = console.width - (taken if self._has_id_below else with_id)
        self._name_cells = max(_NAME_CELLS_MIN, min(_NAME_CELLS_MAX, left))

    def show(self, entry: RemoteEntry) -> None:
        """Print one entry."""
        moment = local_instant(entry.start_time, self._zone)
        day = moment.strftime("%A, %Y-%m-%d (%Z)")
        if day != self._day:
            self._print(Text(f"\n{day}" if self._day else day, style="bold"))
            self._day = day
        line = Text.assemble(
            (f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}", "dim"),
            _GAP,
            _fitted(status_text(entry.status), _STATUS_CELLS),
            _GAP,
            _fitted(Text(_name(entry)), self._name_cells),
            _GAP,
            f"{entry.response_time:>{_MS_CELLS - 3},} ms",
        )
        request_id = Text(plain(entry.id), style="dim")
        self._print(line if self._has_id_below else line.append(_GAP).append_text(request_id))
        if not _is_usual(entry):
            self._print(Text.assemble(_INDENT, plain(entry.message)))
        if self._has_id_below:
            self._print(Text.assemble(_INDENT, request_id))

    def _print(self, text: Text) -> None:
        text.rstrip()
        self._console.print(text, no_wrap=True, overflow="ellipsis")


class WideRows:
    """One line an entry, as long as it has to be."""

    def __init__(self, console: Console, zone: tzinfo | None) -> None:
        """See NarrowRows."""
        self._console = console
        self._zone = zone

    def show(self, entry: RemoteEntry) -> None:
        """Print one entry."""
        moment = local_instant(entry.start_time, self._zone)
        line = Text.assemble(
            (moment.isoformat(sep=" ", timespec="milliseconds"), "dim"),
            _GAP,
            _fitted(status_text(entry.status), _STATUS_CELLS),
            _GAP,
            _fitted(Text(_name(entry)), 24, cut=False),
            _GAP,
            f"{entry.response_time:>{_MS_CELLS - 3},} ms",
            _GAP,
            (f"{entry.id:<{_ID_CELLS}}", "dim"),
            _GAP,
            plain(entry.message),
        )
        self._console.print(line, soft_wrap=True)


def _name(entry: RemoteEntry) -> str:
    return _NO_NAME if entry.event_name is None else plain(entry.event_name) or '""'


def _is_usual(entry: RemoteEntry) -> bool:
    """Whether the message says nothing that the status has not said."""
    return entry.message in {USUAL_MESSAGES[Status.EVENT_SUCCESS], USUAL_MESSAGES[Status.UNAUTHORIZED]}


def _fitted(text: Text, cells: int, *, cut: bool = True) -> Text:
    """The text in so many cells, with an ellipsis where it is too long."""
    length = cell_len(text.plain)
    if length > cells and not cut:
        return text
    fitted = text.copy()
    fitted.plain = (
        set_cell_size(text.plain, cells - 1) + "…" if length > cells else text.plain + " " * (cells - length)
    )
    return fitted
