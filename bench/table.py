"""The table: what each row measures, what its prototype reached, what it must reach and what is aimed for."""

import msgspec

__all__ = ["LIMIT_ROW", "ROWS", "Figure", "TableRow"]

LIMIT_ROW = "limits"


class Figure(msgspec.Struct, frozen=True):
    """One figure of a row. `key` is its name among the medians; `limit` that of the limit it is held against.

    Without `must` it is only reported. Where `is_least` is false, less is better.
    """

    key: str
    what: str
    unit: str
    prototype: str = ""
    must: float | None = None
    aim: float | None = None
    is_least: bool = False
    limit: str = ""

    def is_reached(self, value: float) -> bool | None:
        """Whether the value is as it must be; None where nothing is asked for."""
        if self.must is None:
            return None
        return value >= self.must if self.is_least else value <= self.must


class TableRow(msgspec.Struct, frozen=True):
    """One command's figures."""

    name: str
    title: str
    figures: tuple[Figure, ...]


def _rate(
    key: str, what: str, prototype: str, must: float | None, aim: float | None, limit: str = ""
) -> Figure:
    return Figure(key, what, "/s", prototype, must, aim, is_least=True, limit=limit)


def _ms(
    key: str, what: str, must: float | None = None, aim: float | None = None, prototype: str = ""
) -> Figure:
    return Figure(key, what, "ms", prototype, must, aim)


NGINX, SQLITE, SYNC = "nginx_answers_per_second", "sqlite_rows_per_second", "fdatasync_per_second"

ROWS = (
    TableRow(
        LIMIT_ROW,
        "Limits of the machine, same driver",
        (
            _rate(NGINX, "nginx answering a constant, no disk, 64 connections", "", None, None),
            _rate(SYNC, "`fdatasync` after 4 KiB each", "", None, None),
            _rate(SQLITE, "rows of 153 bytes into SQLite, 1,000 a transaction, WAL, FULL", "", None, None),
        ),
    ),
    TableRow(
        "durable_answers",
        "Durable answers, one event a request, 64 connections, worker paused",
        (
            _rate("answers_per_second", "answers", "62k", 40_000, 55_000, NGINX),
            _ms("p99_ms", "p99", 10, prototype="3.8"),
        ),
    ),
    TableRow(
        "with_worker",
        "The same with the worker running",
        (
            _rate("answers_per_second", "answers", "27k", 20_000, 28_000, NGINX),
            _ms("p99_ms", "p99", 30, prototype="25"),
            _ms("p99_ms_at_10000", "p99 at a fixed 10,000/s", 15),
        ),
    ),
    TableRow(
        "sustained",
        "Sustained from POST to entry, 60 s",
        (
            _rate("entries_per_second", "entries", "27k", 18_000, 25_000, SQLITE),
            Figure("backlog_at_begin", "events waiting when a third of it begins (5,000 are held)", ""),
            Figure("backlog_at_end", "events waiting when it ends", ""),
        ),
    ),
    TableRow(
        "visible",
        "From push to visible entry",
        (
            _ms("idle_p99_ms", "idle, p99", 100, 30),
            _ms("busy_p99_ms", "beside 5,000 pushes/s, p99", 300, 150),
        ),
    ),
    TableRow(
        "batch_burst",
        "Batches of 500, a burst",
        (_rate("events_per_second", "events answered", "243k to 455k", 150_000, 300_000),),
    ),
    TableRow(
        "worker_alone",
        "Worker alone on 10M entries, retention on",
        (
            _rate("plain_per_second", "plain", "136k (small store)", 40_000, 80_000, SQLITE),
            _rate(
                "unique_per_second",
                "with unique claims, 4 attributes indexed",
                "66k (small store)",
                15_000,
                30_000,
                SQLITE,
            ),
            _rate("exported_per_second", "plain, the analytical export at work too", "", None, None, SQLITE),
        ),
    ),
    TableRow(
        "newest",
        "`GET logs`, newest 10, over HTTP, 16 connections",
        (
            _rate("per_second_1m", "1M entries", "0.01 ms in the store", 5_000, 8_000, NGINX),
            _rate("per_second_10m", "10M entries", "", 5_000, 8_000, NGINX),
            _rate("per_second_changing", "10M entries and 100 more a second", "", None, None, NGINX),
            _ms("p99_ms_1m", "1M entries, p99", 10),
            _ms("p99_ms_10m", "10M entries, p99", 10),
            Figure("ratio", "median at 10M over median at 1M", "x", must=1.3),
        ),
    ),
    TableRow(
        "lookups",
        "Look-ups in 10M entries over HTTP, one at a time, p99",
        tuple(
            _ms(f"{kind}_p99_ms", what, 5, 2, "0.01 to 0.11 in the store")
            for kind, what in {
                "rare": "a rare event's name",
                "status_range": "a status within a day",
                "id": "by id",
                "customer": "by customer",
                "attribute": "by attribute",
                "deep": "page 1,000 deep",
            }.items()
        ),
    ),
    TableRow(
        "counts",
        "Counts in 10M entries over HTTP, p99",
        (
            _ms("day_p99_ms", "over 24 hours", 20, 5, "0.06"),
            _ms("all_p99_ms", "over all", 20, 5, "2.2"),
        ),
    ),
    TableRow(
        "disk",
        "On disk for each event",
        (
            Figure(
                "bytes_per_event",
                "entry, record, stages, indexes (153-byte bodies, 4 attributes)",
                "bytes",
                "124 the entry alone",
                450,
                300,
            ),
            Figure("slow_bytes_per_event", "the same of events that come one by one, ten a second", "bytes"),
        ),
    ),
    TableRow(
        "written",
        "Written for each event, POST to entry, 10M entries",
        (
            Figure("busy_bytes_per_event", "at 10,000/s", "bytes", aim=2_048),
            Figure("slow_bytes_per_event", "at 1,000/s", "bytes"),
        ),
    ),
    TableRow(
        "starting",
        "Start with 10M entries; memory of all processes",
        (
            Figure("ready_seconds", "command to ready", "s", must=1.5, aim=0.75),
            Figure("idle_mb", "memory idle", "MB", must=200, aim=100),
            Figure("loaded_mb", "memory at 10,000/s", "MB", must=500, aim=250),
        ),
    ),
)
