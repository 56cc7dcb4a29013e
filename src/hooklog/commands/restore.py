"""`hooklog restore FROM`: a data folder made of a backup, and what follows from that."""

from pathlib import Path
from typing import Annotated

import typer

from hooklog.backup.restore import Restored, restore
from hooklog.commands.copy_progress import copy_progress
from hooklog.commands.options import DataOption
from hooklog.commands.terminal import duration_text, local_instant, output, plain, write_json_line
from hooklog.event import wall_clock_ms

__all__ = ["register"]

_FOLLOWS = (
    "What was accepted, and what was changed or created, after that is not there: let the sources send it again.",
    "API keys and logins that were taken away since are valid again; marks of sensitive fields are as they were then.",
    "Events that had not settled then are judged once more.",
    "Loyalty endpoints may get calls again that they have had already, under the same webhook-id.",
    "Bulk replays that were running are paused: look at them (hooklog replay), then resume or cancel them.",
    "Clients of the tail that saw what is lost get a reset; pages and their cursors go on.",
    "The export writes what its copy lacked into new files: compare request ids with files of the lost folder.",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("restore")(restore_command)


def restore_command(
    backup: Annotated[
        Path, typer.Argument(metavar="FROM", help="A folder that `hooklog backup` made.", show_default=False)
    ],
    data: DataOption,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Make a data folder of a backup. The folder is missing or empty before; the backup stays as it is.

    Every file is compared with what the backup says of it. Says how old the backup is, and what follows from that.
    """
    with copy_progress() as progress:
        restored = restore(backup, data, wall_clock_ms(), progress)
    if as_json:
        write_json_line(
            {
                "folder": restored.folder,
                "bytes": restored.backup.bytes,
                "files": len(restored.backup.files),
                "beganMs": restored.backup.began_ms,
                "ageMs": restored.age_ms,
                "logId": restored.backup.log_id,
                "position": restored.backup.position,
                "firstSequence": restored.first_sequence,
            }
        )
        return
    _show(restored)


def _show(restored: Restored) -> None:
    console = output()
    began = local_instant(restored.backup.began_ms, None)
    console.print(
        plain(
            f"restored {restored.folder} as it was at {began:%Y-%m-%d %H:%M:%S %Z}, "
            f"{duration_text(restored.age_ms)} ago"
        ),
        markup=False,
        soft_wrap=True,
    )
    for line in _FOLLOWS:
        console.print(f"* {line}", soft_wrap=True)
    console.print(
        plain(f"Start it with: hooklog serve --data {restored.folder}"), markup=False, soft_wrap=True
    )
