"""How far `hooklog send` is: a bar on standard error where that is a terminal, a remark where it is not."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import BinaryIO, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TimeElapsedColumn
from rich.text import Text

from hooklog.commands.send_report import Tally
from hooklog.commands.terminal import duration_text, plain
from hooklog.commands.webhook_sender import Reply

__all__ = ["SendProgress"]

_SENDING = "sending"
# Moving the bar costs more than sending an event.
_UPDATE_SECONDS = 0.1


class SendProgress:
    """Between `with` and `close`. Told by one thread at a time."""

    def __init__(
        self,
        console: Console,
        tally: Tally,
        stream: BinaryIO,
        size: int | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args:
        console: standard error.
        tally: the counts.
        stream: what is read.
        size: its bytes, None where nobody knows.
        clock: monotonic seconds.
        """
        self._clock = clock
        self._next_update = 0.0
        self._console = console
        self._stream = stream
        self._size = size
        self._has_waited = False
        self._counts = _Counts(tally)
        columns = [self._counts, TimeElapsedColumn()]
        bar = [BarColumn(bar_width=24), TaskProgressColumn()] if size is not None else []
        # Without a terminal nothing of it is shown.
        self._progress = Progress(
            *bar, *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._progress.add_task(_SENDING, total=size)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the bar away. May be repeated."""
        self._progress.stop()

    def settled(self) -> None:
        """One more event has its answer."""
        self._counts.state = _SENDING
        if self._size is not None and self._console.is_terminal and self._clock() >= self._next_update:
            self._next_update = self._clock() + _UPDATE_SECONDS
            self._progress.update(self._task, completed=self._stream.tell())

    def waits(self, reply: Reply, seconds: float) -> None:
        """The server is busy or away."""
        self._counts.state = f"waiting ({plain(reply.message)})"
        if not self._has_waited and not self._console.is_terminal:
            what = f"waiting for the server ({plain(reply.message)}), next try in {duration_text(seconds * 1000)}"
            self._console.print(what, markup=False)
        self._has_waited = True


class _Counts(ProgressColumn):
    """State, events, events a second, refusals."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self._tally = tally
        self.state = _SENDING

    def render(self, task: Task) -> Text:  # noqa: ARG002 - the shape of a column
        """See ProgressColumn."""
        tally = self._tally
        text = Text(f"{tally.settled:,} events  {tally.rate():,.0f}/s")
        if tally.refused:
            text.append(f"  {tally.refused:,} refused", style="yellow")
        if self.state != _SENDING:
            text.append(f"  {self.state}", style="cyan")
        return text
