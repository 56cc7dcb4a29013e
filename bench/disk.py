"""Bytes on disk for each event in the large folder, by file and by what is in it."""

from pathlib import Path

import apsw

from bench.making import make_large, make_slow
from bench.place import Place
from bench.row import Measured, alone
from bench.served import served, wait_done
from hooklog.db.sqlite import open_database, row_of

# What grows with the customers or not at all, and what is let go of once it is settled.
NOT_OF_EVENTS = ("directory.db", "catalog.db", "access.db", "journal-")


def measure(place: Place) -> Measured:
    """Pages in use of every file that grows with the events; free ones are for the next."""
    folder = place.large(make_large)
    with served(folder) as program:  # Followers of the log end what they were at.
        wait_done(program)
    entries, files = _by_file(folder)
    slow_entries, slow_files = _by_file(make_slow(place))
    place.forget("slow")
    each = {
        group: {what: round(size / entries, 1) for what, size in sizes.items() if size >= entries}
        for group, sizes in files.items()
    }
    return Measured(
        runs=[
            {
                "bytes_per_event": _log_bytes(files, entries),
                "slow_bytes_per_event": _log_bytes(slow_files, slow_entries),
                "entries": entries,
            }
        ],
        detail={"bytes_per_event": each},
        notes=[
            "measured once: it is a size",
            "half of the events hold a claim; claims outlive their entries",
            "the files of the analytical export are not in the sum",
        ],
    )


def _log_bytes(files: dict[str, dict[str, float]], entries: int) -> float:
    sizes = [sum(sizes.values()) for group, sizes in files.items() if not group.startswith("ei")]
    return round(sum(sizes) / entries, 1)


def _by_file(folder: Path) -> tuple[int, dict[str, dict[str, float]]]:
    """How many entries there are, and the bytes of each file by what is in it."""
    files: dict[str, dict[str, float]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(NOT_OF_EVENTS) and path.suffix in {".db", ".parquet"}:
            group = "ei/*.parquet" if path.suffix == ".parquet" else path.name
            for what, size in _sizes(path).items():
                kept = files.setdefault(group, {})
                kept[what] = kept.get(what, 0) + size
    return _entries(folder), files


def _entries(folder: Path) -> int:
    connection = open_database(folder / "events.db", read_only=True)
    try:
        return int(row_of(connection, "SELECT count(*) FROM entry")[0])
    finally:
        connection.close()


def _sizes(path: Path) -> dict[str, int]:
    """Bytes by table and index; a file that is no database counts whole."""
    if path.suffix != ".db":
        return {"file": path.stat().st_size}
    connection = open_database(path, read_only=True)
    try:
        rows = connection.execute("SELECT name, sum(pgsize) FROM dbstat WHERE aggregate = TRUE GROUP BY name")
        return {str(name): int(size) for name, size in rows}
    except apsw.SQLError:  # Built without dbstat.
        pages, free, size = (
            int(row_of(connection, f"PRAGMA {name}")[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return {"pages": (pages - free) * size}
    finally:
        connection.close()


if __name__ == "__main__":
    alone(measure, __doc__)
