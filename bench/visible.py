"""From a push to its entry in the log, idle and beside 5,000 other pushes a second.

The clock starts before the push is sent and stops when `GET /v2/events/logs?id=` first shows the entry. The polling
itself takes part of a millisecond, which is counted; beside the load there is a pause between two polls.
"""

import http.client
import itertools
import json
import statistics
import time
from collections.abc import Iterator

from bench.drive import Driver
from bench.durable_answers import CONNECTIONS
from bench.place import Place
from bench.row import Measured, alone
from bench.served import API_HEADERS, push_options, served, wait_settled, webhook_url
from bench.setting import PLAIN, bodies
from hooklog.testing.program import Program

SEEN_SECONDS_MAX = 10.0
PAUSE_SECONDS = 0.01  # idle between pushes: each finds an empty journal and a sleeping worker
BUSY_POLL_SECONDS = 0.002
BUSY_RATE = 5_000
LOAD_SECONDS_MAX = 120.0
WARM_UP_PUSHES = 20


class Prober:
    """Pushes one event at a time over a connection kept open, and looks for it over another."""

    def __init__(self, program: Program, events: Iterator[bytes], poll_seconds: float) -> None:
        """Args: `poll_seconds`: pause between two looks."""
        self._ingest = http.client.HTTPConnection("127.0.0.1", program.ingest_port)
        self._api = http.client.HTTPConnection("127.0.0.1", program.port)
        self._events = events
        self._poll_seconds = poll_seconds

    def probe(self) -> tuple[float, float]:
        """Milliseconds to the answer and to the entry, for one push."""
        started = time.perf_counter()
        self._ingest.request(
            "POST", f"/webhooks/{PLAIN}", next(self._events), {"content-type": "application/json"}
        )
        answer = self._ingest.getresponse()
        request_id = json.loads(answer.read())["requestId"]
        answered = time.perf_counter()
        assert answer.status == 200, answer.status
        while time.perf_counter() - started < SEEN_SECONDS_MAX:
            self._api.request("GET", f"/v2/events/logs?id={request_id}", headers=API_HEADERS)
            if json.loads(self._api.getresponse().read())["data"]:
                return (answered - started) * 1000, (time.perf_counter() - started) * 1000
            time.sleep(self._poll_seconds)
        raise AssertionError(f"{request_id} was not visible within {SEEN_SECONDS_MAX} s")

    def close(self) -> None:
        """Hang up."""
        self._ingest.close()
        self._api.close()


def measure(place: Place) -> Measured:
    """Medians and tails over so many pushes, after a warm-up."""
    measured = Measured()
    scale = place.scale
    with place.fresh() as folder, served(folder) as program, push_options(place) as options:
        events = itertools.cycle(
            one.replace(b"{n}", b"%010d" % number)
            for number, one in enumerate(bodies(scale.probes, scale.customers, seed=11))
        )
        for _ in range(scale.runs):
            figures = _run(Prober(program, events, 0.0), scale.probes, "idle")
            load = Driver(
                webhook_url(program),
                *options,
                *("--connections", CONNECTIONS, "--rate", BUSY_RATE),
                *("--warm-up", scale.warm_up, "--seconds", LOAD_SECONDS_MAX, "--stoppable"),
            )
            time.sleep(scale.warm_up)
            figures |= _run(Prober(program, events, BUSY_POLL_SECONDS), scale.probes, "busy")
            assert load.is_running, "the load ended before the pushes it stood beside"
            load.stop()
            found = load.figures()
            figures["busy_load_per_second"] = found["answers_per_second"]
            measured.runs.append(figures)
            wait_settled(program)
    return measured


def _run(prober: Prober, probes: int, kind: str) -> dict[str, float]:
    for _ in range(min(WARM_UP_PUSHES, probes)):
        prober.probe()
    rows = []
    for _ in range(probes):
        rows.append(prober.probe())
        time.sleep(PAUSE_SECONDS)
    prober.close()
    answered, visible = ([row[at] for row in rows] for at in (0, 1))
    return {
        f"{kind}_answered_p99_ms": _percentile(answered, 99),
        f"{kind}_p50_ms": _percentile(visible, 50),
        f"{kind}_p99_ms": _percentile(visible, 99),
    }


def _percentile(values: list[float], percent: int) -> float:
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1], 2)


if __name__ == "__main__":
    alone(measure, __doc__)
