"""Time from a push to its entry in the log, on an idle machine.

One event at a time: the clock starts before the push is sent and stops when `GET /v2/events/logs?id=` first
shows the entry. The polling itself takes part of a millisecond, which is counted.

Usage: python bench/visible.py [--pushes 300] [--results docs/results/visible.json]
"""

import argparse
import http.client
import json
import platform
import statistics
import tempfile
import time
from base64 import b64encode
from pathlib import Path

from hooklog.testing.program import Program, demo_file, running, till_auth

SEEN_SECONDS_MAX = 10.0


def push_and_wait(
    ingest: http.client.HTTPConnection, api: http.client.HTTPConnection, path: str, auth: str
) -> tuple[float, float]:
    """Milliseconds to the answer and to the entry, for one push."""
    body = '{"event_name":"Event_Rutuja","customer":"917744876415"}'
    started = time.perf_counter()
    ingest.request("POST", path, body, {"content-type": "application/json"})
    answer = ingest.getresponse()
    request_id = json.loads(answer.read())["requestId"]
    answered = time.perf_counter()
    assert answer.status == 200, answer.status
    while time.perf_counter() - started < SEEN_SECONDS_MAX:
        api.request("GET", f"/v2/events/logs?id={request_id}", headers={"authorization": auth})
        if json.loads(api.getresponse().read())["data"]:
            return (answered - started) * 1000, (time.perf_counter() - started) * 1000
    raise AssertionError(f"{request_id} was not visible within {SEEN_SECONDS_MAX} s")


def measure(program: Program, pushes: int) -> dict[str, object]:
    """Medians and tails over so many pushes, after a warm-up."""
    content = demo_file()
    path = f"/webhooks/{content['webhooks'][0]['webHookId']}"
    code, digest = till_auth(content["tills"][1]["code"], content["tills"][1]["password"])
    auth = "Basic " + b64encode(f"{code}:{digest}".encode()).decode()
    ingest = http.client.HTTPConnection("127.0.0.1", program.ingest_port)
    api = http.client.HTTPConnection("127.0.0.1", program.port)
    for _ in range(20):
        push_and_wait(ingest, api, path, auth)
    rows = []
    for _ in range(pushes):
        rows.append(push_and_wait(ingest, api, path, auth))
        time.sleep(0.01)  # idle between pushes: each finds an empty journal and a sleeping worker
    ingest.close()
    api.close()
    return {
        "pushes": pushes,
        "answered_ms": _figures([row[0] for row in rows]),
        "visible_ms": _figures([row[1] for row in rows]),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _figures(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2), "max": round(max(values), 2)}


def main() -> None:
    """Run against a fresh folder and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pushes", type=int, default=300)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, running(Path(scratch) / "data") as program:
        figures = measure(program, options.pushes)
    text = json.dumps(figures, indent=1)
    print(text)
    if options.results is not None:
        options.results.parent.mkdir(parents=True, exist_ok=True)
        options.results.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
