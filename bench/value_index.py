"""What the index of values costs a settled event, and how fast it finds: runs in blobs against rows in a table.

Made-up entries, each with a customer by two keys, four attributes (one of nearly as many values as entries, one of a
thousand, one of twenty, one that all share) and a kind, are indexed in commits as the writer makes them. Rows are those
of an earlier design: (run, org, key, id), begun anew every 200,000 entries. Times are the processor's, bytes written
the kernel's count. Then each is asked for entries at random.

Usage: python -m bench.value_index [--entries 600000] [--commit 1000] [--fan-in 8] [--only runs] [--results FILE]
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeAlias
from unittest.mock import patch

import apsw

from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, snapshot, transaction
from hooklog.eventlog import sqlite_value_merge
from hooklog.eventlog.sqlite_entries import MERGED_ITEMS_EACH, MERGED_ITEMS_LEAST
from hooklog.eventlog.sqlite_value_find import Sought, find
from hooklog.eventlog.sqlite_value_merge import Merger
from hooklog.eventlog.sqlite_value_run import prefix_of
from hooklog.eventlog.sqlite_value_writer import add_run

KEYS = ("user", "identifier", "unique", "of 1,000", "of 20", "shared", "kind")
LOOKS = 2_000
ROWS_IN_A_RUN = 200_000
HIGHEST = (1 << 63) - 1
START = 0x019F_0000_0000_0000
TABLE = (
    "CREATE TABLE value_row (run INTEGER, org INTEGER, key INTEGER, id INTEGER, PRIMARY KEY (run, org, key, id)) "
    "STRICT, WITHOUT ROWID"
)

Entry: TypeAlias = tuple[bytes, list[int]]
Add: TypeAlias = Callable[[int, list[Entry]], None]


def commits(entries: int, size: int, chooser: random.Random) -> Iterator[list[Entry]]:
    """Entries in the order of their ids, a million customers at random."""
    prefix = START
    spread = [chooser.getrandbits(32) for _ in range(1_023)]
    for _ in range(entries // size):
        commit = []
        for _ in range(size):
            prefix += chooser.randrange(1, 1 << 20)
            user = chooser.randrange(1_000_000)
            keys = [
                user * 2_654_435_761 % (1 << 32),
                user * 2_246_822_519 % (1 << 32),
                chooser.getrandbits(32),
                spread[chooser.randrange(1_000)],
                spread[1_000 + chooser.randrange(20)],
                spread[1_020],
                spread[1_021],
            ]
            commit.append((prefix.to_bytes(8, "big") + bytes(8), keys))
        yield commit


def written_bytes() -> int:
    """What this process has had written to disks so far."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


def runs_of(connection: apsw.Connection) -> Add:
    """As the writer does it."""
    merger = Merger(connection)

    def add(number: int, commit: list[Entry]) -> None:
        add_run(connection, commit, (number, number))
        merger.tend(MERGED_ITEMS_LEAST + MERGED_ITEMS_EACH * len(commit) * len(KEYS))

    return add


def rows_of(connection: apsw.Connection) -> Add:
    """As an earlier design had it."""
    connection.execute(TABLE)

    def add(number: int, commit: list[Entry]) -> None:
        run = number * len(commit) // ROWS_IN_A_RUN
        rows = [(run, 1, key, prefix_of(request_id)) for request_id, keys in commit for key in keys]
        connection.executemany("INSERT OR IGNORE INTO value_row VALUES (?,?,?,?)", sorted(rows))

    return add


def build(path: Path, make: Callable[[apsw.Connection], Add], entries: int, size: int) -> dict[str, float]:
    """Index the entries; what it cost each."""
    connection = open_database(path, checkpoint_pages=8_000)
    migrate(connection, "eventlog")
    add = make(connection)
    before, seconds, worst = written_bytes(), 0.0, 0.0
    for number, commit in enumerate(commits(entries, size, random.Random(1))):
        began = time.process_time()
        with transaction(connection):
            add(number, commit)
        took = time.process_time() - began
        seconds, worst = seconds + took, max(worst, took)
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    written = written_bytes() - before
    connection.close()
    return {
        "processor us an entry": round(seconds / entries * 1e6, 2),
        "worst commit ms": round(worst * 1e3, 1),
        "file bytes an entry": round(path.stat().st_size / entries, 1),
        "written bytes an entry": round(written / entries),
    }


def timed(
    look: Callable[[list[int]], object], asked: list[list[int]], chooser: random.Random
) -> dict[str, float]:
    """Median and 99th percentile of looks, in ms."""
    times = []
    for _ in range(LOOKS):
        keys = chooser.choice(asked)
        began = time.perf_counter()
        look(keys)
        times.append((time.perf_counter() - began) * 1e3)
    times.sort()
    return {"p50 ms": round(times[LOOKS // 2], 3), "p99 ms": round(times[LOOKS * 99 // 100], 3)}


def ask_runs(path: Path, asked: list[list[int]]) -> dict[str, dict[str, float]]:
    """The newest ten by a key, or by several."""
    reader = open_database(path, read_only=True)

    def look(*groups: tuple[int, ...]) -> list[tuple[int, bool]]:
        with snapshot(reader):
            return list(islice(find(reader, Sought(groups, 0, HIGHEST, is_ascending=False)), 10))

    chooser = random.Random(2)
    questions: dict[str, Callable[[list[int]], object]] = {
        "customer": lambda keys: look((keys[0], keys[1])),
        "unique attribute": lambda keys: look((keys[2],)),
        "attribute of 1,000 values": lambda keys: look((keys[3],)),
        "attribute that all share": lambda keys: look((keys[5],)),
        "customer and kind": lambda keys: look((keys[0], keys[1]), (keys[6],)),
        "two attributes": lambda keys: look((keys[3],), (keys[4],)),
        "value that nothing has": lambda _: look((chooser.getrandbits(32),)),
    }
    found = {what: timed(question, asked, chooser) for what, question in questions.items()}
    reader.close()
    return found


def ask_rows(path: Path, asked: list[list[int]]) -> dict[str, dict[str, float]]:
    """The same by one key."""
    reader = open_database(path, read_only=True)
    newest = reader.execute("SELECT max(run) FROM value_row").fetchone()
    assert newest is not None
    select = "SELECT id FROM value_row WHERE run = ? AND org = 1 AND key = ? ORDER BY id DESC LIMIT ?"

    def look(key: int) -> list[object]:
        found: list[object] = []
        for run in range(int(newest[0]), -1, -1):
            found += reader.execute(select, (run, key, 10 - len(found))).fetchall()
            if len(found) == 10:
                break
        return found

    chooser = random.Random(2)
    found = {
        "unique attribute": timed(lambda keys: look(keys[2]), asked, chooser),
        "attribute of 1,000 values": timed(lambda keys: look(keys[3]), asked, chooser),
    }
    reader.close()
    return found


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="What the index of values costs and gives.")
    parser.add_argument("--entries", type=int, default=600_000)
    parser.add_argument("--commit", type=int, default=1_000)
    parser.add_argument("--fan-in", type=int, default=sqlite_value_merge.FAN_IN)
    parser.add_argument("--only", choices=["runs", "rows"])
    parser.add_argument("--results", type=Path)
    asked_for = parser.parse_args()
    entries, size = asked_for.entries, asked_for.commit
    asked = [commit[0][1] for commit in islice(commits(entries, size, random.Random(1)), 0, None, 7)]
    results: dict[str, object] = {"entries": entries, "commit": size, "fan in": asked_for.fan_in}
    ways = {"runs": (runs_of, ask_runs), "rows": (rows_of, ask_rows)}
    with patch.object(sqlite_value_merge, "FAN_IN", asked_for.fan_in):
        for name, (make, ask) in ways.items():
            if asked_for.only not in {None, name}:
                continue
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "events.db"
                results[name] = {"cost": build(path, make, entries, size), "looks": ask(path, asked)}
    text = json.dumps(results, indent=1)
    print(text)
    if asked_for.results is not None:
        asked_for.results.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
