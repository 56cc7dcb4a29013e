"""How far `hooklog backup` and `hooklog restore` are: a bar on standard error where that is a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from hooklog.commands.terminal import notes, plain

__all__ = ["CopyProgress", "copy_progress"]


class CopyProgress:
    """See Watcher."""

    def __init__(self, progress: Progress) -> None:
        """Args: `progress`: the bar, which somebody else starts and stops."""
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def begins(self, what: str, bytes_total: int | None = None) -> None:
        """See Watcher."""
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task(what, total=bytes_total)

    def moved(self, count: int) -> None:
        """See Watcher."""
        self._progress.advance(self._task, count)

    def remarks(self, text: str) -> None:
        """See Watcher."""
        self._progress.console.print(plain(text), style="yellow", markup=False, soft_wrap=True)


@contextmanager
def copy_progress() -> Iterator[CopyProgress]:
    """A bar that is there as long as the body runs; without a terminal nothing of it is shown."""
    console = notes()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        yield CopyProgress(progress)
