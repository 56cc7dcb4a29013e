"""Whether the disk under the folder keeps what it is given: its kind, its space, and how long a sync takes."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hooklog.commands.health.base import Finding, fail, ok, warn

__all__ = ["disk_findings", "file_system_of", "judge_file_system", "judge_space", "judge_sync"]

_SYNCS = 20
_SYNC_BYTES = 4_096
# A spinning disk takes about 10 ms; beyond twice that every push waits noticeably.
_SYNC_SLOW_MS = 20.0
# The fastest drives that keep data without power need about this; below it nothing was written.
_SYNC_UNREAL_MS = 0.005
_ROOM_TIMES = 4
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "drvfs"}
)
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_MOUNTS = Path("/proc/self/mountinfo")
_MIB = 1024 * 1024


def disk_findings(folder: Path, free_bytes_min: int) -> list[Finding]:
    """What the file system of an existing folder is like. Writes into an unnamed file there for a moment."""
    room = os.statvfs(folder)
    findings = [
        judge_space(room.f_bavail * room.f_frsize, free_bytes_min),
        judge_file_system(file_system_of(folder, _mounts())),
    ]
    if not os.access(folder, os.W_OK | os.X_OK):
        return findings
    try:
        findings.append(judge_sync(_sync_ms(folder)))
    except OSError as error:
        findings.append(
            fail("sync", f"cannot write and sync: {error.strerror}", "check the disk: space, health")
        )
    return findings


def judge_space(free_bytes: int, free_bytes_min: int) -> Finding:
    """Free space against the setting below which pushes are refused."""
    found = f"{free_bytes / _MIB / 1024:,.1f} GiB free"
    if free_bytes < free_bytes_min:
        hint = f"make room: below {free_bytes_min / _MIB:,.0f} MiB pushes are answered 503 (ingest.disk_free_bytes_min)"
        return fail("space", found, hint)
    if free_bytes < free_bytes_min * _ROOM_TIMES:
        return warn(
            "space", found, f"make room soon: below {free_bytes_min / _MIB:,.0f} MiB pushes are answered 503"
        )
    return ok("space", found)


def _mounts() -> str | None:
    try:
        return _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None


def file_system_of(folder: Path, mounts: str | None) -> str | None:
    """The file system's type; None where this platform does not tell.

    Args:
        folder: exists.
        mounts: the text of /proc/self/mountinfo (see proc(5)): of the mounts above a folder the last longest counts.
    """
    if mounts is None:
        return None
    path = os.path.realpath(folder)
    best, kind = "", None
    for line in mounts.splitlines():
        head, separator, tail = line.partition(" - ")
        fields = head.split(" ")
        if not separator or len(fields) < 5:
            continue
        # Spaces and the like stand in octal.
        point = fields[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
        is_above = path == point or path.startswith(point.rstrip("/") + "/")
        if is_above and len(point) >= len(best):
            best, kind = point, tail.split(" ")[0]
    return kind


def judge_file_system(kind: str | None) -> Finding:
    """Locks and syncs of some kinds are not what they are elsewhere."""
    if kind is None:
        return ok("file system", "not told on this platform")
    if kind in _NETWORK or kind.startswith("fuse"):
        hint = "put the folder on a local disk: locks and syncs over a network are not to be relied on"
        return warn("file system", f"{kind}, reached over a network or by another program", hint)
    if kind in _IN_MEMORY:
        return warn(
            "file system", f"{kind}, in memory", "put the folder on a disk: here it ends with the power"
        )
    if kind == "overlay":
        hint = "mount a volume for the folder: here it ends with its container"
        return warn("file system", "overlay, a container's own layer", hint)
    return ok("file system", kind)


def _sync_ms(folder: Path, clock: Callable[[], float] = time.perf_counter) -> float:
    """The median of a few small writes, each synced. The file has no name, so nothing of it is left."""
    sync = getattr(os, "fdatasync", os.fsync)
    block = os.urandom(_SYNC_BYTES)
    taken = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(_SYNCS):
            before = clock()
            file.write(block)
            sync(file.fileno())
            taken.append((clock() - before) * 1_000)
    return statistics.median(taken)


def judge_sync(median_ms: float) -> Finding:
    """How long one write takes to be on disk: no push is answered sooner."""
    found = f"{median_ms:.3f} ms for 4 KiB (median of {_SYNCS})"
    if median_ms < _SYNC_UNREAL_MS:
        return warn("sync", found, "too fast to be true: does this disk, or what emulates it, ignore syncs?")
    if median_ms > _SYNC_SLOW_MS:
        return warn("sync", found, "every push waits this long; a disk with a protected cache is faster")
    return ok("sync", found)
