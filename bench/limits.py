"""What this machine could do at most, for the ratios: measured in the same run and with the same load driver.

* nginx answering a constant without a disk: what one answer to the driver costs at least.
* `fdatasync` after each 4 KiB appended to a file: how many commit groups a second there can be at most.
* rows of an event's size into one clustered table of SQLite, WAL and synchronous=FULL, 1,000 a transaction.
"""

import os
import time
from pathlib import Path

from bench.constant_server import constant_server
from bench.drive import cpu_us, drive
from bench.durable_answers import CONNECTIONS
from bench.place import Place
from bench.row import Measured, alone
from bench.served import push_options
from bench.setting import ORG, bodies
from hooklog.db.sqlite import open_database, transaction
from hooklog.event import RequestIds

BLOCK = bytes(4096)
ROWS_A_TRANSACTION = 1_000
SHARE = 0.3  # of the usual seconds for each


def measure(place: Place) -> Measured:
    """Each limit a few seconds, as often as every row runs."""
    measured = Measured(runs=[{} for _ in range(place.scale.runs)])
    seconds = place.scale.seconds * SHARE
    with constant_server(place.tools) as server, push_options(place) as options:
        if server.why_not:
            measured.notes.append(f"nginx was not measured: {server.why_not}")
        for run in measured.runs:
            if not server.why_not:
                found = drive(
                    server.url,
                    *options,
                    *("--connections", CONNECTIONS),
                    seconds=seconds,
                    warm_up=place.scale.warm_up / 4,
                )
                run["nginx_answers_per_second"] = found["answers_per_second"]
                run["nginx_p99_ms"] = found["ms"]["p99"]
                run["driver_cpu_us"] = cpu_us(found, "driver")
            run["fdatasync_per_second"] = _syncs(place.path("limit.bin"), seconds)
            run["sqlite_rows_per_second"] = _rows(place.path("limit.db"), seconds)
    return measured


def _syncs(path: Path, seconds: float) -> float:
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        begun, count = time.perf_counter(), 0
        while (took := time.perf_counter() - begun) < seconds:
            os.write(handle, BLOCK)
            os.fdatasync(handle)
            count += 1
        return round(count / took)
    finally:
        os.close(handle)
        path.unlink()


def _rows(path: Path, seconds: float) -> float:
    connection = open_database(path, checkpoint_pages=8_000)
    ids = RequestIds()
    body = bodies(1, 1)[0].replace(b"{n}", b"0" * 10)
    try:
        connection.execute(
            "CREATE TABLE entry (org INTEGER, id BLOB, status INTEGER, name INTEGER, body BLOB, "
            "PRIMARY KEY (org, id)) WITHOUT ROWID"
        )
        begun, count = time.perf_counter(), 0
        while (took := time.perf_counter() - begun) < seconds:
            rows = [(ORG, ids.make(), 1, 1, body) for _ in range(ROWS_A_TRANSACTION)]
            with transaction(connection):
                connection.executemany("INSERT INTO entry VALUES (?,?,?,?,?)", rows)
            count += ROWS_A_TRANSACTION
        return round(count / took)
    finally:
        connection.close()
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()


if __name__ == "__main__":
    alone(measure, __doc__)
