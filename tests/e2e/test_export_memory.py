"""An export takes the same memory however long it is: nothing of it is kept.

Most of what a Parquet file takes is the library with numpy, once: the edge loads it with the first one.
"""

import json
import os
import threading
from pathlib import Path

import httpx
import pytest
from bench.usage import memory_mb

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Visitor

ORG, WEBHOOK = 1001, "0" * 31 + "1"
EXPORT = f"{LOGS}/export"
BATCH = 10_000
MEMORY_MB_MAX = {"ndjson": 50.0, "csv": 50.0, "parquet": 140.0}
RESULTS = Path(__file__).parents[2] / "docs/results"


def _filled(program: Program, till: Visitor, count: int) -> None:
    body = json.dumps(
        [{"event_name": f"e{n % 7}", "customer": n, "note": "x" * 100, "amount": n / 7} for n in range(BATCH)]
    ).encode()
    for _ in range(count // BATCH):
        answer = till.batch(WEBHOOK, body, content_type="application/json")
        assert answer.status_code == 200, answer.text
    last = answer.json()["results"][-1]["requestId"]
    wait_until("all events have settled", lambda: _is_settled(till, last), seconds_max=600)


def _is_settled(till: Visitor, request_id: str) -> bool:
    answer = till.ask(f"{LOGS}/{request_id}")
    return answer.status_code == 200 and answer.json()["data"][0].get("status") != "PENDING"


def _export(program: Program, kind: str) -> dict[str, float]:
    """Take an export away while the edge's memory is looked at."""
    edge, most, is_over = [program.role_pid("edge")], [0.0], threading.Event()
    before = memory_mb(edge)

    def look() -> None:
        while not is_over.wait(0.1):
            most[0] = max(most[0], memory_mb(edge))

    watch = threading.Thread(target=look)
    watch.start()
    size = lines = 0
    try:
        auth = till_auth("till01", TILL_PASSWORD)
        with httpx.stream(
            "GET", program.url + EXPORT, params={"format": kind}, auth=auth, timeout=120
        ) as answer:
            assert answer.status_code == 200
            for chunk in answer.iter_bytes():
                size += len(chunk)
                lines += chunk.count(b"\n")
    finally:
        is_over.set()
        watch.join()
    return {
        "megabytes": round(size / 1e6, 1),
        "lines": lines,
        "edge_mb_before": round(before, 1),
        "edge_mb_at_most": round(most[0], 1),
    }


def _check(folder: Path, count: int) -> dict[str, dict[str, float]]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.webhook(ORG, WEBHOOK, "till01")
    with (
        running(folder / "data", content.file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as till,
    ):
        _filled(program, till, count)
        figures = {kind: _export(program, kind) for kind in ("ndjson", "csv", "parquet")}
    assert count == figures["ndjson"]["lines"]
    assert count + 1 == figures["csv"]["lines"]
    for kind, one in figures.items():
        assert one["edge_mb_at_most"] - one["edge_mb_before"] < MEMORY_MB_MAX[kind], (kind, figures)
    return figures


def test_export_takes_little_memory(tmp_path: Path) -> None:
    print(_check(tmp_path, 2 * BATCH))


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_export_of_a_million_takes_no_more_memory(tmp_path: Path) -> None:
    figures = {"entries": 1_000_000, **_check(tmp_path, 1_000_000)}
    print(figures)
    if "HOOKLOG_RESULTS" in os.environ:
        (RESULTS / "export.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
