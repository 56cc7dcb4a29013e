"""`hooklog export`: all that matches, into a file."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import httpx
import msgspec
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TimeElapsedColumn

from hooklog.commands.client import why_unanswered
from hooklog.commands.entry import LOGS_PATH
from hooklog.commands.log_filters import Pairs, with_filters
from hooklog.commands.remote import Connection, Remote, with_connection
from hooklog.commands.terminal import notes
from hooklog.errors import RemoteError

__all__ = ["register"]

_PATH = f"{LOGS_PATH}/export"
_STANDARD_OUTPUT = "-"


class _Count(msgspec.Struct):
    count: int = 0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(with_connection(with_filters(export)))


def export(
    connection: Connection,
    filters: Pairs,
    output: Annotated[str, typer.Option("--output", "-o", help="The file; - is standard output.")],
    kind: Annotated[str, typer.Option("--format", help="ndjson, csv or parquet.")] = "ndjson",
) -> None:
    """Write every entry that matches to a file. A file that is there was written whole."""
    with connection.open() as remote:
        total = _total(remote, filters) if kind == "ndjson" else None
        chunks = _chunks(remote, [*filters, ("format", kind)])
        if output == _STANDARD_OUTPUT:
            _write(sys.stdout.buffer, chunks, total)
            return
        path = Path(output)
        unfinished = path.with_name(path.name + ".part")
        try:
            with unfinished.open("wb") as file:
                size = _write(file, chunks, total)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    notes().print(f"{path}: {size:,} bytes", style="dim")


def _total(remote: Remote, filters: Pairs) -> int | None:
    """How many entries there will be, for the bar."""
    rows = remote.page(f"{LOGS_PATH}/counts", [*filters, ("by", "status")]).data
    return sum(msgspec.json.decode(row, type=_Count).count for row in rows)


def _chunks(remote: Remote, parameters: Pairs) -> Iterator[bytes]:
    """Raises RemoteError where the answer does not come, or breaks off."""
    try:
        with remote.stream(_PATH, parameters) as answer:
            yield from answer.iter_bytes()
    except httpx.TransportError as error:
        raise RemoteError(
            f"{remote.url} broke off: {why_unanswered(error)}", "what has come is not whole; export again"
        ) from error


def _write(file: BinaryIO, chunks: Iterator[bytes], total: int | None) -> int:
    """Write what comes, and show how far it is; returns the bytes."""
    console = notes()
    columns = [BarColumn(), TaskProgressColumn()] if total is not None else [DownloadColumn()]
    size = 0
    with Progress(
        *columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("export", total=total)
        for chunk in chunks:
            file.write(chunk)
            size += len(chunk)
            progress.advance(task, chunk.count(b"\n") if total is not None else len(chunk))
    file.flush()
    return size
