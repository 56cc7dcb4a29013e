"""`hooklog backup TO`: a copy of a data folder, beside a running server."""

import os
from pathlib import Path
from typing import Annotated

import typer

from hooklog.backup.note import BackupNote
from hooklog.backup.take import take_backup
from hooklog.commands.copy_progress import copy_progress
from hooklog.commands.options import ConfigOption, DataOption
from hooklog.commands.terminal import duration_text, output, plain, write_json_line
from hooklog.config import read_settings
from hooklog.event import wall_clock_ms

__all__ = ["register"]

# The server comes first where both want the processor; but what holds a snapshot must not starve.
_NICE = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backup")(backup)


def backup(
    to: Annotated[Path, typer.Argument(help="The folder to make: missing, or empty.", show_default=False)],
    data: DataOption,
    config: ConfigOption = None,
    check: Annotated[
        bool, typer.Option(help="Look at the copy as `hooklog check` does: minutes for millions of entries.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Copy a data folder into a new one, with everything that was acknowledged before the command began.

    Works beside a running server, which waits for nothing. The copy is looked at as `hooklog check` does before it
    gets its name; give the server's --config, so that it is known what retention has deleted. As long as a file is
    copied, the server's write-ahead log of it grows.
    """
    retention = read_settings(config).retention
    os.nice(_NICE)
    with copy_progress() as progress:
        note = take_backup(data, to, retention if check else None, wall_clock_ms, progress)
    if as_json:
        write_json_line({"folder": str(to), "bytes": note.bytes, **_without_files(note)})
        return
    took = duration_text(note.ended_ms - note.began_ms)
    console = output()
    console.print(
        plain(
            f"backed up {data} to {to}: {len(note.files):,} files, {note.bytes / 1024**2:,.1f} MiB in {took}"
        ),
        markup=False,
        soft_wrap=True,
    )
    known = "whole and sound" if note.is_checked else "whole, and nobody has looked whether it is sound"
    console.print(f"It is {known}: what was acknowledged before it began is in it.", soft_wrap=True)


def _without_files(note: BackupNote) -> dict[str, object]:
    return {
        "files": len(note.files),
        "beganMs": note.began_ms,
        "endedMs": note.ended_ms,
        "isChecked": note.is_checked,
        "logId": note.log_id,
        "position": note.position,
        "sequence": note.sequence,
        "version": note.version,
    }
