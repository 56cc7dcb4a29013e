"""Where the folders lie that are measured: a seed that every fresh one is copied from, and the large one.

They are kept in `.bench` (or `$BENCH_PLACE`), so that a row can be run again alone. The large folder is made by the
row `worker_alone`; whoever needs it first makes it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.scale import Scale
from bench.setting import fill

__all__ = ["Place"]

ROOT = Path(__file__).parent.parent
DEFAULT = ROOT / ".bench"
MARK = "bench.json"
MARKED_BY = (ROOT / "src/hooklog/db/schema", ROOT / "bench/setting.py", ROOT / "bench/making.py")


class Place:
    """The folders of one scale."""

    def __init__(self, scale: Scale, root: Path | None = None) -> None:
        """Args: `root`: instead of the usual place."""
        self.scale = scale
        self._root = (root or Path(os.environ.get("BENCH_PLACE", DEFAULT))) / scale.name
        self._root.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """A folder with the org and its customers and no event, gone afterwards."""
        folder = self._copy("seed", "fresh", lambda path: fill(path, self.scale.customers))
        try:
            yield folder
        finally:
            shutil.rmtree(folder)

    def path(self, name: str) -> Path:
        """Where a folder, or a file that goes with it, is kept."""
        return self._root / name

    @property
    def tools(self) -> Path:
        """Where other programs are kept, for all scales."""
        return self._root.parent / "tools"

    def large(self, make: Callable[["Place"], None]) -> Path:
        """The large folder; made (and the small one on the way) unless it is there as this version makes it."""
        if not self.is_made("large"):
            make(self)
        return self.path("large")

    def begin(self, name: str) -> Path:
        """Take away what is there under a name and begin with a copy of the seed."""
        return self._copy("seed", name, lambda path: fill(path, self.scale.customers))

    def is_made(self, name: str) -> bool:
        """Whether a folder is whole and of this version."""
        mark = self.path(f"{name}.{MARK}")
        return mark.is_file() and json.loads(mark.read_text(encoding="utf-8")) == _version()

    def mark_made(self, name: str) -> None:
        """A folder is whole."""
        self.path(f"{name}.{MARK}").write_text(json.dumps(_version()), encoding="utf-8")

    def forget(self, name: str) -> None:
        """Take a folder away."""
        self.path(f"{name}.{MARK}").unlink(missing_ok=True)
        shutil.rmtree(self.path(name), ignore_errors=True)

    def copy(self, source: str, target: str) -> Path:
        """A folder that nobody has open, under another name."""
        self.forget(target)
        shutil.copytree(self.path(source), self.path(target))
        return self.path(target)

    def _copy(self, source: str, target: str, make: Callable[[Path], None]) -> Path:
        if not self.is_made(source):
            self.forget(source)
            make(self.path(source))
            self.mark_made(source)
        return self.copy(source, target)


def _version() -> str:
    """Changes whenever the folders would be made otherwise."""
    digest = hashlib.sha256()
    for path in MARKED_BY:
        for file in sorted(path.rglob("*.sql")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()
