"""Copying files that never change: private, synced, and described by what was read."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from hooklog.backup.note import CopiedFile

__all__ = ["copy_plain"]

_PIECE_BYTES = 1024 * 1024


def copy_plain(source: Path, target: Path, name: str, told: Callable[[int], None]) -> CopiedFile:
    """Copy a file that is no live database, and sync it; returns what it held. Blocks.

    Args:
        source: the file.
        target: where nothing lies yet; its folders are made.
        name: what the copy is called in a note.
        told: how many more bytes have been copied.

    Raises:
        FileNotFoundError: `source` is not there; then `target` is not made.
        OSError: a disk failed.
    """
    digest = hashlib.sha256()
    size = 0
    with source.open("rb") as read, _made(target) as written:
        while piece := read.read(_PIECE_BYTES):
            written.write(piece)
            digest.update(piece)
            size += len(piece)
            told(len(piece))
        written.flush()
        os.fsync(written.fileno())
    return CopiedFile(name, size, digest.hexdigest())


def _made(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")
