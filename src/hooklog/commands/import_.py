"""`hooklog import`: customers or groups from a file, one a line, through the API of a running server.

The file goes in parts, each with an answer of its own: an import that broke off may be started again whole, for
what is stored already stays as it is.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from hooklog.commands.remote import Connection, with_connection
from hooklog.commands.terminal import notes, output, plain
from hooklog.errors import LoadError

__all__ = ["register"]

# What the server takes; a longer one is no customer.
_LINE_BYTES_MAX = 512 * 1024
_PART_LINES = 5_000
_PART_BYTES = 4 * 1024 * 1024
_FAILURES_SHOWN_MAX = 20

imports = typer.Typer(help="Import customers or groups from a file, one a line.", no_args_is_help=True)


class _Failure(msgspec.Struct):
    line: int
    why: str


class _Counts(msgspec.Struct):
    lines: int = 0
    stored: int = 0
    failed: int = 0
    failures: list[_Failure] = []

    def add(self, part: "_Counts", lines_before: int) -> None:
        """Count a part whose first line stands after so many others."""
        self.lines += part.lines
        self.stored += part.stored
        self.failed += part.failed
        room = _FAILURES_SHOWN_MAX - len(self.failures)
        self.failures += [_Failure(one.line + lines_before, one.why) for one in part.failures[:room]]


FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="NDJSON: one JSON object a line.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(imports, name="import")


def _customers(connection: Connection, file: FileArgument) -> None:
    """Import customers: lines such as {"userId":1,"identifiers":[{"type":"mobile","value":"919800000001"}]}."""
    _import(connection, "customers", file)


def _groups(connection: Connection, file: FileArgument) -> None:
    """Import groups: lines such as {"groupId":1,"externalId":"G1","primaryUserId":1,"members":[1,2]}."""
    _import(connection, "groups", file)


imports.command("customers")(with_connection(_customers))
imports.command("groups")(with_connection(_groups))


def _import(connection: Connection, what: str, file: Path) -> None:
    counts = _Counts()
    try:
        with file.open("rb") as stream, connection.open() as remote, _bar(file.stat().st_size) as progress:
            task = progress.add_task(what, total=file.stat().st_size)
            sent = 0
            for part in _parts(stream):
                answer = remote.send_lines(f"/v2/directory/{what}/import", b"".join(part))
                counts.add(msgspec.json.decode(answer, type=_Counts), sent)
                sent += len(part)
                progress.update(
                    task, completed=stream.tell(), description=f"{what}: {counts.stored:,} stored"
                )
    except OSError as error:
        raise LoadError(f"{file} cannot be read: {error.strerror or error}") from error
    _show(what, counts)
    if counts.failed:
        raise typer.Exit(1)


def _parts(stream: BinaryIO) -> Iterator[list[bytes]]:
    """The lines of a file, bounded in number and size."""
    while True:
        part: list[bytes] = []
        size = 0
        while len(part) < _PART_LINES and size < _PART_BYTES:
            line = stream.readline(_LINE_BYTES_MAX + 1)
            if len(line) > _LINE_BYTES_MAX:
                raise LoadError(
                    f"a line has more than {_LINE_BYTES_MAX} bytes: it begins with {plain(repr(line[:50]))}"
                )
            if not line:
                break
            part.append(line)
            size += len(line)
        if not part:
            return
        yield part


def _bar(size: int) -> Progress:
    console = notes()
    columns = [TextColumn("{task.description}"), BarColumn(bar_width=24), TaskProgressColumn()]
    return Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal or size == 0,
    )


def _show(what: str, counts: _Counts) -> None:
    output().print(f"{counts.stored:,} of {counts.lines:,} {what} stored, {counts.failed:,} failed")
    for failure in counts.failures:
        notes().print(f"line {failure.line}: {plain(failure.why)}", markup=False)
    more = counts.failed - len(counts.failures)
    if more > 0:
        notes().print(f"and {more:,} more")
