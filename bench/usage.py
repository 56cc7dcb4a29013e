"""What processes take, by the kernel's own counters."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.driver.figures import cpu_seconds

__all__ = ["device_written_bytes", "memory_mb", "wait_idle", "written_bytes"]

SECTOR_BYTES = 512
IDLE_LOOK_SECONDS = 0.5
IDLE_SHARE = 0.1
IDLE_SECONDS_MAX = 300.0


def wait_idle(pids: Sequence[int]) -> float:
    """Wait until processes do next to nothing, so that what follows the log or lets go of it is done; how long it took.

    Raises:
        AssertionError: they go on and on.
    """
    begun = time.monotonic()
    while time.monotonic() - begun < IDLE_SECONDS_MAX:
        before = sum(sum(cpu_seconds(pid)) for pid in pids)
        time.sleep(IDLE_LOOK_SECONDS)
        if sum(sum(cpu_seconds(pid)) for pid in pids) - before <= IDLE_SHARE * IDLE_LOOK_SECONDS:
            return max(0.0, time.monotonic() - begun - IDLE_LOOK_SECONDS)
    raise AssertionError(f"still at work after {IDLE_SECONDS_MAX:g} s")


def memory_mb(pids: Iterable[int]) -> float:
    """Proportional set size, in millions of bytes: what processes share counts once."""
    return sum(_fields(f"/proc/{pid}/smaps_rollup")["Pss"] for pid in pids) * 1024 / 1e6


def written_bytes(pids: Iterable[int]) -> int:
    """What processes caused to be written to storage so far."""
    return sum(_fields(f"/proc/{pid}/io")["write_bytes"] for pid in pids)


def device_written_bytes() -> int:
    """What all block devices wrote so far, other programs' writes too: a cross-check."""
    total = 0
    for stat in Path("/sys/block").glob("*/stat"):
        if not stat.parent.name.startswith(("loop", "ram", "zram", "dm-", "md")):
            total += int(stat.read_text(encoding="ascii").split()[6]) * SECTOR_BYTES
    return total


def _fields(path: str) -> dict[str, int]:
    """The lines "name: number" of a file."""
    found = {}
    for line in Path(path).read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        number = value.split()[:1]
        if number and number[0].isdigit():
            found[name] = int(number[0])
    return found
