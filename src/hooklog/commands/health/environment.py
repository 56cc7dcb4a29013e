"""Whether this machine is fit: Python, SQLite, platform, clock, time zones, open files."""

import platform
import resource
import sys
import time
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hooklog.commands.health.base import Finding, fail, ok, warn
from hooklog.db.sqlite import SQLITE_VERSION_MIN, sqlite_version

__all__ = ["clock", "environment", "judge_clock", "judge_open_files", "judge_sqlite", "time_zones"]

_PYTHON_MIN = (3, 11)
_LOOK_SECONDS = 0.05
_DRIFT_SHARE_MAX = 0.2
# Before this program was written; a machine without a clock battery starts in 1970.
_YEAR_MIN = 2025
# Beside connections: databases, sockets, pipes, libraries.
_OPEN_FILES_BESIDE = 128
_ZONE_EXAMPLES = ("Asia/Kolkata", "Europe/Berlin", "America/New_York")


def environment(connections_max: int) -> list[Finding]:
    """What needs no folder. Takes a twentieth of a second."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return [
        _python(),
        judge_sqlite(sqlite_version()),
        _platform(),
        clock(),
        time_zones(_ZONE_EXAMPLES),
        judge_open_files(None if soft == resource.RLIM_INFINITY else soft, connections_max),
    ]


def _python() -> Finding:
    found = platform.python_version()
    if sys.version_info < _PYTHON_MIN:
        return fail("Python", found, f"use Python {'.'.join(map(str, _PYTHON_MIN))} or newer")
    return ok("Python", f"{found} ({platform.python_implementation()})")


def judge_sqlite(version: tuple[int, ...]) -> Finding:
    """The SQLite that is linked into apsw."""
    found, least = ".".join(map(str, version)), ".".join(map(str, SQLITE_VERSION_MIN))
    if version < SQLITE_VERSION_MIN:
        return fail("SQLite", found, f"upgrade apsw: SQLite below {least} can corrupt a shared database")
    return ok("SQLite", found)


def _platform() -> Finding:
    found = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if platform.system() != "Linux":
        return warn("platform", found, "good for trying out; only Linux is tested to keep its promises")
    return ok("platform", found)


def clock(wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> Finding:
    """Whether the wall clock runs as fast as time does, and is anywhere near the truth."""
    wall_before, before = wall(), monotonic()
    time.sleep(_LOOK_SECONDS)
    return judge_clock(wall_before, wall() - wall_before, monotonic() - before)


def judge_clock(now: float, wall_seconds: float, true_seconds: float) -> Finding:
    """Judge a short look at both clocks. `now` is epoch seconds."""
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    if time.gmtime(now).tm_year < _YEAR_MIN:
        return fail(
            "clock", shown, "set the clock: request ids, and with them the order of the log, come from it"
        )
    if abs(wall_seconds - true_seconds) > true_seconds * _DRIFT_SHARE_MAX:
        found = f"moved {wall_seconds:.3f} s in {true_seconds:.3f} s"
        return warn("clock", found, "somebody is setting the clock; let a time service slew it instead")
    return ok("clock", shown)


def time_zones(names: Sequence[str], name: str = "time zones") -> Finding:
    """Whether the zones can be found here; `name` is the finding's."""
    missing = [zone for zone in names if not _is_known(zone)]
    if missing:
        hint = "install the time zone data (the package tzdata); their dates are read as UTC until then"
        return warn(name, f"not known here: {', '.join(missing)}", hint)
    return ok(name, "data is there")


def _is_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def judge_open_files(soft: int | None, connections_max: int) -> Finding:
    """The soft limit against what both listeners may take; None is no limit."""
    needed = 2 * connections_max + _OPEN_FILES_BESIDE
    if soft is None:
        return ok("open files", "no limit")
    if soft < needed:
        return warn(
            "open files",
            f"{soft:,} allowed, {needed:,} needed for connections_max {connections_max:,} on two ports",
            f"`ulimit -n {needed}` before the start (LimitNOFILE= in systemd), or lower connections_max",
        )
    return ok("open files", f"{soft:,} allowed, {needed:,} needed at most")
