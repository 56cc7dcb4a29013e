"""A simulated disk: which files of a folder survive a loss of power, and with which bytes.

The disk does no I/O of its own while it runs. It keeps, for each file, the bytes that are surely on the platter and the
changes since that file's last sync; and for each folder, the names that are surely there and those made or
deleted since that folder's last sync. `hooklog.testing.power` feeds it from SQLite.

Modelled:
  * Every byte written before its file's last completed sync is there after the loss.
  * Of the writes and truncations since, any subset survives, applied in any order; a surviving write may be
    torn: only some of the 512-byte sectors it touched took their new bytes. Within one sector nothing tears,
    and bytes outside a write's range never change ("powersafe overwrite", which SQLite assumes on unix).
  * A new name, or a deletion, survives for certain only once its folder was synced; syncing the file is not
    enough. Until then each name, on its own, is as before its unsynced changes or as after any one of them.
  * Cutting at sync points loses nothing: the state at any moment between two of them is one of the subsets
    at the second, where at least as much has been acknowledged.
  * Programs may be killed with the power on: what they wrote is there for the next ones, synced or not.
  * A sync may fail once, with the power on. The program goes on seeing the changes that it was for, but no
    later sync writes them, as Linux marks their pages clean: any subset of them may be on the platter. What
    is written and synced afterwards lies over them.

  * A rename is a new name for the same bytes and the end of the old one; either alone may survive until the
    folder was synced, and what was durable under the old name is so under the new one.

Not modelled: sectors that become unreadable or turn to garbage, a disk that lies about a sync, the making of
folders (they are taken as durable), and the `-shm` index of a WAL, which SQLite makes anew.

Files that lie in the folder when the disk is made are durable. Changes by any other way than the VFS are not
seen and do not survive, except for names that `notice` was told to look for. Everything is held in memory, so
this is for runs of megabytes, not gigabytes.
"""

import copy
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from hooklog.testing.platter import StoredFile, Survival, Truncate, Write

__all__ = ["Disk", "PowerLoss", "SyncFailed"]

_INDEX_SUFFIX = "-shm"


class PowerLoss(apsw.IOError):
    """No operation reaches the disk any more. To SQLite, and so to the product, it is an I/O error."""

    def __init__(self) -> None:
        """Takes nothing: there is only one way to have no power."""
        super().__init__("the simulated disk has no power")
        self.result = apsw.SQLITE_IOERR
        self.extendedresult = apsw.SQLITE_IOERR


class SyncFailed(apsw.IOError):
    """A sync did not work, although the power is on: some of what was written may be lost for good."""

    def __init__(self) -> None:
        """Takes nothing: the caller knows what it wanted to sync."""
        super().__init__("the simulated disk refuses to sync")
        self.result = apsw.SQLITE_IOERR
        self.extendedresult = apsw.SQLITE_IOERR_FSYNC


class Disk:
    """The files of a folder, as a program sees them and as a loss of power would leave them. Thread-safe.

    A sync point is one sync of one file or one folder; they count from 1. At the sync point
    `power_off_at_sync` the power goes off, either before that sync took effect (its changes are still
    unsynced) or just after (they are durable, but the caller hears of an error: not acknowledged, and there
    all the same). The one at `fail_at_sync` fails with the power on; where both are the same, no program hears of it.
    """

    def __init__(
        self,
        root: Path,
        *,
        power_off_at_sync: int | None = None,
        before: bool = True,
        fail_at_sync: int | None = None,
    ) -> None:
        """Take the folder as it lies there as durable.

        Args:
            root: a folder that exists and in which nothing is open.
            power_off_at_sync: the sync point, from 1, that cuts the power; None leaves it on.
            before: whether that sync is lost as well.
            fail_at_sync: the sync point, from 1, that fails; None lets none fail.
        """
        assert power_off_at_sync is None or power_off_at_sync >= 1, power_off_at_sync
        assert fail_at_sync is None or fail_at_sync >= 1, fail_at_sync
        self.root = root.resolve(strict=True)
        self.sync_count = 0
        self.is_off = False
        self._power_off_at_sync = power_off_at_sync
        self._before = before
        self._fail_at_sync = fail_at_sync
        self._lock = threading.RLock()
        self._durable_names = {path: StoredFile(path.read_bytes()) for path in _files_of(self.root)}
        self._names = dict(self._durable_names)
        self._unsynced_names: list[tuple[Path, StoredFile | None]] = []

    @contextmanager
    def powered(self) -> Iterator[None]:
        """Hold the disk for one operation. Raises PowerLoss when the power is off."""
        with self._lock:
            if self.is_off:
                raise PowerLoss
            yield

    def holds(self, path: Path) -> bool:
        """Whether there is a file of that name (absolute), synced or not."""
        return path in self._names

    def open_file(self, path: Path) -> StoredFile:
        """The file of that name (absolute); made, unsynced, when there is none. Raises PowerLoss."""
        assert path.is_relative_to(self.root), f"{path} is not on the disk of {self.root}"
        with self.powered():
            if path not in self._names:
                self._names[path] = StoredFile()
                self._unsynced_names.append((path, self._names[path]))
            return self._names[path]

    def delete(self, path: Path) -> None:
        """Take a name away, unsynced; nothing happens when it is not there. Raises PowerLoss."""
        with self.powered():
            if self._names.pop(path, None) is not None:
                self._unsynced_names.append((path, None))

    def change(self, stored: StoredFile, change: Write | Truncate) -> None:
        """Note a change of a file, unsynced. Raises PowerLoss."""
        with self.powered():
            stored.unsynced.append(change)

    def sync(self, stored: StoredFile) -> None:
        """A sync point: what was changed in this file becomes durable, its name not.

        Raises PowerLoss, or SyncFailed where no later sync will write these changes.
        """
        self._sync_point(stored.settle, stored.give_up)

    def sync_folder(self, folder: Path) -> None:
        """A sync point: the names made and deleted in this folder become durable.

        The VFS calls it where SQLite's own would sync the folder; a script calls it where the product does.

        Raises PowerLoss, or SyncFailed; the names then wait for a later sync.
        """
        self._sync_point(lambda: self._settle_names(folder.resolve()), lambda: None)

    def notice(self, folder: Path) -> None:
        """Look which names came to a folder, or went, by another way than the VFS, and note them, unsynced.

        A new file's bytes are those of now; one that has the bytes of a file that went is taken for renamed.
        May be repeated. Raises PowerLoss.
        """
        with self.powered():
            there = {path for path in _files_of(self.root) if path.parent == folder.resolve()}
            known = {path for path in self._names if path.parent == folder.resolve()}
            gone = {self._names[path].remains(Survival.EVERYTHING): path for path in sorted(known - there)}
            for path in sorted(there - known):
                content = path.read_bytes()
                if content and content in gone:
                    self._names[path] = self._names[gone[content]]
                    self._unsynced_names.append((path, self._names[path]))
                else:
                    self.open_file(path).unsynced.append(Write(0, content))
            for path in sorted(known - there):
                self.delete(path)

    def cut_power(self) -> None:
        """From now on every operation raises PowerLoss; may be repeated."""
        with self._lock:
            self.is_off = True

    def lose_power(self, into: Path, fate: Survival | random.Random) -> Path:
        """Cut the power and lay out in a new folder what the disk may hold afterwards.

        May be repeated, into another folder each time: the disk's own state stays. Open the result with the
        ordinary VFS, or put a new Disk on it.

        Args:
            into: a folder that does not exist yet.
            fate: what becomes of unsynced changes: all lost, all kept, or by chance from a seeded source.

        Returns: `into`.
        """
        self.cut_power()
        into.mkdir(parents=True)
        for path, stored in sorted(self._names_left(fate).items()):
            target = into / path.relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(stored.remains(fate))
        return into

    def kill_programs(self, into: Path, *, power_off_at_sync: int | None = None) -> "Disk":
        """Every program dies where it stands, the machine lives on: the next ones see all that was written.

        What was not synced is still not synced. This disk has no power any more.

        Args:
            into: a folder that does not exist yet, for the files as the next programs see them.
            power_off_at_sync: as for a new disk; its sync points count from 1 again.

        Returns: the disk to go on with.
        """
        disk = Disk(self.lose_power(into, Survival.EVERYTHING), power_off_at_sync=power_off_at_sync)
        # One copy, so that a file with two names stays one file.
        names, durable, unsynced = copy.deepcopy((self._names, self._durable_names, self._unsynced_names))

        def moved(path: Path) -> Path:
            return disk.root / path.relative_to(self.root)

        disk._names = {moved(path): stored for path, stored in names.items()}
        disk._durable_names = {moved(path): stored for path, stored in durable.items()}
        disk._unsynced_names = [(moved(path), stored) for path, stored in unsynced]
        return disk

    def _sync_point(self, take_effect: Callable[[], None], give_up: Callable[[], None]) -> None:
        with self.powered():
            self.sync_count += 1
            if self.sync_count == self._fail_at_sync:
                give_up()
                if self.sync_count == self._power_off_at_sync:
                    self.cut_power()
                    raise PowerLoss
                raise SyncFailed
            is_cut = self.sync_count == self._power_off_at_sync
            if not (is_cut and self._before):
                take_effect()
            if is_cut:
                self.cut_power()
                raise PowerLoss

    def _settle_names(self, folder: Path) -> None:
        waiting = []
        for path, stored in self._unsynced_names:
            if path.parent == folder:
                _put(self._durable_names, path, stored)
            else:
                waiting.append((path, stored))
        self._unsynced_names = waiting

    def _names_left(self, fate: Survival | random.Random) -> dict[Path, StoredFile]:
        if fate is Survival.EVERYTHING:
            return dict(self._names)
        left = dict(self._durable_names)
        if isinstance(fate, random.Random):
            for path in sorted({path for path, _ in self._unsynced_names}):
                later = [stored for name, stored in self._unsynced_names if name == path]
                _put(left, path, fate.choice([left.get(path), *later]))
        return left


def _files_of(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and not path.name.endswith(_INDEX_SUFFIX)]


def _put(names: dict[Path, StoredFile], path: Path, stored: StoredFile | None) -> None:
    if stored is None:
        names.pop(path, None)
    else:
        names[path] = stored
