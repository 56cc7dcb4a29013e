"""What the figures were measured on, told by the system itself; never a host's name or a path."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import apsw

from hooklog import __version__

__all__ = ["machine_facts"]


def machine_facts() -> dict[str, str]:
    """Processor, memory, system and versions."""
    return {
        "processor": f"{_field('/proc/cpuinfo', 'model name') or platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{_memory_bytes() / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "file system": _file_system(Path.cwd()),
        "Python": platform.python_version(),
        "SQLite": f"{apsw.sqlite_lib_version()} (apsw {apsw.apsw_version()})",
        "libraries": ", ".join(
            f"{name} {version(name)}" for name in ("uvloop", "httptools", "msgspec", "litestar")
        ),
        "Hooklog": __version__,
    }


def _field(path: str, name: str) -> str:
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def _memory_bytes() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _file_system(path: Path) -> str:
    """The type of the file system under a path, e.g. ext4; the longest mount point that holds it counts."""
    best = ("", "unknown")
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, point, kind = line.split()[:3]
        if (path == Path(point) or Path(point) in path.parents) and len(point) >= len(best[0]):
            best = (point, kind)
    return best[1]
