"""What waits in the folder's databases, and whether this version can read them. Read-only, one short look at each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from hooklog.access.sqlite import ACCESS_FILE
from hooklog.catalog.sqlite import FILE_NAME as CATALOG_FILE
from hooklog.commands.health.base import Finding, fail, ok, warn
from hooklog.commands.health.environment import time_zones
from hooklog.db.migrate import newest_version, version_of
from hooklog.db.sqlite import open_database, storage_errors
from hooklog.directory.sqlite import FILE_NAME as DIRECTORY_FILE
from hooklog.errors import HooklogError
from hooklog.event import instant_of, wall_clock_ms
from hooklog.eventlog.sqlite_file import FILE_NAME as LOG_FILE
from hooklog.journal.files import files_in_order, has_failed

__all__ = ["judge_backlog", "judge_wal", "storage_findings"]

_FILES = {"eventlog": LOG_FILE, "catalog": CATALOG_FILE, "directory": DIRECTORY_FILE, "access": ACCESS_FILE}
# A checkpoint empties it every 16 MiB or sooner; far beyond that a reader holds it back.
_WAL_BYTES_USUAL = 256 * 1024 * 1024
_MIB = 1024 * 1024
_AHEAD_MS_MAX = 1_000


def storage_findings(folder: Path, backlog_events_max: int, *, is_running: bool) -> list[Finding]:
    """What the databases of an existing folder say; nothing where there are none yet."""
    journals = files_in_order(folder)
    findings = [
        finding for kind, name in _FILES.items() if (finding := _version(folder / name, kind)) is not None
    ]
    findings += [finding for path in journals if (finding := _version(path, "journal")) is not None]
    if findings or not (folder / LOG_FILE).exists():
        return findings
    findings = [ok("schema", "of this version"), *_failed_journals(journals), judge_wal(_wal_sizes(folder))]
    try:
        with _reading(folder / LOG_FILE) as log:
            position, pending, newest = _look_at_log(log)
        last = max([position, *(_last(path) for path in journals)])
        findings.append(judge_backlog(last - position, backlog_events_max, is_running=is_running))
        findings.append(_pending(pending, is_running=is_running))
        findings += _newest(newest)
        with _reading(folder / DIRECTORY_FILE) as directory:
            zones = sorted({row[0] for row in directory.execute("SELECT time_zone FROM org")})
        findings.append(time_zones(zones, "orgs' time zones"))
    except HooklogError as error:
        findings.append(fail("databases", str(error), error.hint))
    return findings


@contextmanager
def _reading(path: Path) -> Iterator[apsw.Connection]:
    connection = open_database(path, read_only=True)
    try:
        with storage_errors(path.name):
            yield connection
    finally:
        connection.close()


def _version(path: Path, kind: str) -> Finding | None:
    """What keeps a file from being read; None when nothing does."""
    if not path.exists():
        return None
    try:
        with _reading(path) as connection:
            present, known = version_of(connection), newest_version(kind)
    except (HooklogError, apsw.NotADBError, apsw.CorruptError) as error:
        hint = error.hint if isinstance(error, HooklogError) else "restore it from a backup"
        return fail("schema", f"{path.name} cannot be read: {error}", hint)
    if present > known:
        hint = "use the newer hooklog that wrote this folder, or another folder"
        return fail("schema", f"{path.name} has schema {present}, this version knows up to {known}", hint)
    return None


def _failed_journals(journals: list[Path]) -> list[Finding]:
    failed = [path.name for path in journals if has_failed(path)]
    if not failed:
        return []
    hint = "check the disk: space, permissions, health. Nothing acknowledged is lost by it"
    return [warn("journal", f"a write to {', '.join(failed)} has failed", hint)]


def _wal_sizes(folder: Path) -> dict[str, int]:
    # A server that ends just now takes the files with it.
    return {path.name: path.stat().st_size for path in folder.glob("*.db-wal") if path.exists()}


def judge_wal(sizes: dict[str, int]) -> Finding:
    """The write-ahead logs of the databases, in bytes."""
    name, most = max(sizes.items(), key=lambda item: item[1], default=("", 0))
    found = f"{sum(sizes.values()) / _MIB:,.1f} MiB in {len(sizes)} files"
    if most > _WAL_BYTES_USUAL:
        hint = "a reader holds a transaction open; find the program that reads the folder and end it"
        return warn("write-ahead logs", f"{found}, {name} alone {most / _MIB:,.0f} MiB", hint)
    return ok("write-ahead logs", found)


def _look_at_log(log: apsw.Connection) -> tuple[int, int, bytes | None]:
    """Position, how many are pending, the newest id of any org."""
    position = next(log.execute("SELECT coalesce(max(position), 0) FROM state"))[0]
    pending = next(log.execute("SELECT count(*) FROM pending"))[0]
    orgs = [row[0] for row in log.execute("SELECT DISTINCT org FROM word")]
    newest = "SELECT id FROM entry WHERE org = ? ORDER BY id DESC LIMIT 1"
    ids = [row[0] for org in orgs for row in log.execute(newest, (org,))]
    return position, pending, max(ids, default=None)


def _last(path: Path) -> int:
    """The highest position that a journal file gave out."""
    with _reading(path) as journal:
        if version_of(journal) == 0:
            return 0  # its making is unfinished
        given = "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0), "
        row = journal.execute(f"{given}coalesce((SELECT starts_after FROM origin), 0))").fetchone()
        return 0 if row is None else int(row[0])


def judge_backlog(events: int, events_max: int, *, is_running: bool) -> Finding:
    """Accepted and not worked on, against the setting beyond which pushes are refused."""
    found = f"{events:,} accepted events wait to be worked on"
    if events >= events_max:
        return fail(
            "backlog", found, "pushes are answered 503; look whether the worker runs and how fast it is"
        )
    if events >= events_max / 2:
        return warn("backlog", found, f"from {events_max:,} on pushes are answered 503; is the worker slow?")
    if events and not is_running:
        return warn("backlog", found, "they are safe; start the server to have them worked on")
    return ok("backlog", found if events else "nothing waits")


def _pending(count: int, *, is_running: bool) -> Finding:
    if count and not is_running:
        return warn(
            "pending", f"{count:,} events wait for another attempt", "start the server: they are tried again"
        )
    return ok("pending", f"{count:,} events wait for another attempt" if count else "none")


def _newest(newest: bytes | None) -> list[Finding]:
    """An entry from the future says that the clock was set back."""
    ahead_ms = 0 if newest is None else instant_of(newest) - wall_clock_ms()
    if ahead_ms <= _AHEAD_MS_MAX:
        return []
    hint = "the clock was set back: new events sort below older ones until it has caught up"
    return [warn("newest entry", f"is {ahead_ms / 1000:,.0f} s in the future", hint)]
