"""Cutting the power under SQLite, at every sync point of a scripted run.

`mounted` puts a `Disk` under SQLite as a VFS that inherits the operating system's: reads, locks and the
shared index go to real files in a temporary folder, so several connections work as in the product; every
write is noted on the disk as well. Nothing is really synced, which makes a run quick. The folder of a
journal or WAL is synced right after the first sync by a handle that may have made the file, and a failure of
that is swallowed, both as in SQLite's unix VFS.

A campaign is two loops around a script that stops, quietly, when the disk is off:

    for disk in power_cuts(scratch):
        with mounted(disk) as vfs:
            acknowledged = run(disk.root, vfs)
        for folder in wrecks(disk, scratch, seeds=range(4)):
            check(folder, acknowledged)
"""

import errno
import itertools
import random
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

import apsw

from hooklog.testing.disk import Disk, SyncFailed
from hooklog.testing.platter import Survival, Truncate, Write

__all__ = ["mounted", "power_cuts", "sync_failures", "wrecks"]

# A script with more sync points than this is a mistake: the campaign runs it twice for each.
SYNC_POINTS_MAX = 10_000
_FOLDER_SYNCED_KINDS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL
_LASTING_KINDS = _FOLDER_SYNCED_KINDS | apsw.SQLITE_OPEN_MAIN_DB
_FOLDER_SYNCERS = ("hooklog.db.sqlite", "hooklog.journal.files")
_numbers = itertools.count(1)


@contextmanager
def mounted(disk: Disk) -> Iterator[str]:
    """Register a VFS over the disk; yields its name for `open_database(path, vfs=...)`.

    Open only files below `disk.root` by it, and close every connection before leaving. Where the product syncs
    a folder itself, the disk does it instead, and sees which names came and went. Once the power is off
    whatever needs the disk raises PowerLoss, an apsw.IOError. Closing a connection then works quietly; only a
    close whose own checkpoint meets the cut raises PowerLoss (the connection is closed all the same).
    """
    vfs = _PowerVFS(f"power-{next(_numbers)}", disk)
    with ExitStack() as replaced:
        for where in _FOLDER_SYNCERS:
            replaced.enter_context(patch(f"{where}.sync_folder", _folder_sync(disk)))
        replaced.callback(vfs.unregister)
        yield vfs.name


def _folder_sync(disk: Disk) -> Callable[[Path], None]:
    def sync(folder: Path) -> None:
        try:
            disk.notice(folder)
            disk.sync_folder(folder)
        except apsw.IOError as error:
            raise OSError(errno.EIO, str(error)) from error

    return sync


def power_cuts(scratch: Path, *, step: int = 1, prepared: Path | None = None) -> Iterator[Disk]:
    """A disk for every way to cut the power: before and after sync point 1, 1 + `step`, and so on.

    The script must run on each disk before the next is asked for, with as many sync points every time. The
    last disk is the one on which the script came to its end with the power on. Folders are made below
    `scratch`, with the files of `prepared` in them, and removed after use.
    """
    for sync_point in range(1, SYNC_POINTS_MAX + 1, step):
        for before in (True, False):
            root = _made(scratch / f"disk-{sync_point}-{'before' if before else 'after'}", prepared)
            disk = Disk(root, power_off_at_sync=sync_point, before=before)
            yield disk
            shutil.rmtree(root)
            if disk.sync_count < sync_point:
                return
    raise AssertionError(f"the script still syncs after {SYNC_POINTS_MAX} sync points")


def sync_failures(
    scratch: Path, *, step: int = 1, cuts: Sequence[int | None] = (None,), prepared: Path | None = None
) -> Iterator[Disk]:
    """A disk for every sync point that may fail, 1, 1 + `step`, and so on, and each of `cuts` with it.

    A cut is how many sync points later the power goes off (before that sync took effect), 0 with the failure, before
    any program hears of it; None leaves it on.
    The rest is as with `power_cuts`.
    """
    for sync_point in range(1, SYNC_POINTS_MAX + 1, step):
        for cut in cuts:
            root = _made(scratch / f"disk-fails-{sync_point}-cut-{cut}", prepared)
            disk = Disk(
                root, fail_at_sync=sync_point, power_off_at_sync=None if cut is None else sync_point + cut
            )
            yield disk
            shutil.rmtree(root)
            if disk.sync_count < sync_point:
                return
    raise AssertionError(f"the script still syncs after {SYNC_POINTS_MAX} sync points")


def wrecks(disk: Disk, scratch: Path, seeds: Iterable[int]) -> Iterator[Path]:
    """Folders as a loss of power now may leave them: nothing unsynced is left, everything is, and one a seed.

    The folder's name tells the cut and the fate, so that a failure can be repeated. Each is made below
    `scratch` and removed when the next is asked for. Cuts the power if it is still on.
    """
    fates: list[tuple[str, Survival | random.Random]] = [(fate.value, fate) for fate in Survival]
    fates += [(f"seed-{seed}", random.Random(seed)) for seed in seeds]  # noqa: S311  chance must be repeatable
    for label, fate in fates:
        folder = disk.lose_power(scratch / f"{disk.root.name}-{label}", fate)
        yield folder
        shutil.rmtree(folder)


def _made(root: Path, prepared: Path | None) -> Path:
    root.mkdir(parents=True)
    if prepared is not None:
        shutil.copytree(prepared, root, dirs_exist_ok=True)
    return root


class _PowerVFS(apsw.VFS):
    def __init__(self, name: str, disk: Disk) -> None:
        super().__init__(name, base="", maxpathname=0)
        self.name = name
        self._disk = disk

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        if name is None or not flags[0] & _LASTING_KINDS:
            return apsw.VFSFile("", name, flags)  # A temporary file: no loss of power can matter to it.
        with self._disk.powered():
            return _PowerFile(self._disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        with self._disk.powered():
            super().xDelete(filename, False)
            self._disk.delete(Path(filename))
            if syncdir:
                self._disk.sync_folder(Path(filename).parent)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        with self._disk.powered():
            return super().xAccess(pathname, flags)


class _PowerFile(apsw.VFSFile):
    def __init__(self, disk: Disk, name: str | apsw.URIFilename, flags: list[int]) -> None:
        super().__init__("", name, flags)
        path = Path(name if isinstance(name, str) else name.filename())
        self._disk = disk
        self._folder = path.parent
        assert disk.holds(path) or super().xFileSize() == 0, f"{path} was filled behind the disk's back"
        self._stored = disk.open_file(path)
        self._syncs_folder = bool(flags[0] & apsw.SQLITE_OPEN_CREATE and flags[0] & _FOLDER_SYNCED_KINDS)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        with self._disk.powered():
            return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        with self._disk.powered():
            super().xWrite(data, offset)
            self._disk.change(self._stored, Write(offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        with self._disk.powered():
            super().xTruncate(newsize)
            self._disk.change(self._stored, Truncate(newsize))

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802
        self._disk.sync(self._stored)
        if self._syncs_folder:
            self._syncs_folder = False
            with suppress(SyncFailed):
                self._disk.sync_folder(self._folder)

    def xFileSize(self) -> int:  # noqa: N802
        with self._disk.powered():
            return super().xFileSize()

    def xLock(self, level: int) -> None:  # noqa: N802
        if self._disk.is_off and level == apsw.SQLITE_LOCK_EXCLUSIVE:
            # A closing connection asks for this lock to checkpoint. "Busy" lets it close without one.
            raise apsw.BusyError("the simulated disk has no power")
        with self._disk.powered():
            super().xLock(level)

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        # Whatever the file system below can do (atomic batches, say), the simulated disk promises only this.
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE
