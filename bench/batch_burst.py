"""A burst in batches of 500 events a request, the worker running: events answered a second."""

import httpx

from bench.drive import drive
from bench.place import Place
from bench.row import Measured, alone
from bench.served import push_options, served, wait_settled, webhook_url
from bench.setting import bodies

LINES = 500
CONNECTIONS = 8
BURST_SHARE = 0.5  # of the usual seconds: a burst is short
NDJSON = "application/x-ndjson"


def measure(place: Place) -> Measured:
    """Each burst begins with nothing left to work on, but for the warm-up's events."""
    measured = Measured()
    scale = place.scale
    with place.fresh() as folder, served(folder) as program, push_options(place, LINES) as options:
        url = f"{webhook_url(program)}/batch"
        one = bodies(1, scale.customers)[0].replace(b"{n}", b"0" * 10)
        if httpx.post(url, content=one, headers={"content-type": NDJSON}).status_code != httpx.codes.OK:
            return Measured(missing="there is no batch endpoint yet")
        for _ in range(scale.runs):
            wait_settled(program)
            found = drive(
                url,
                *options,
                *("--type", NDJSON, "--connections", CONNECTIONS),
                seconds=scale.seconds * BURST_SHARE,
                warm_up=scale.warm_up / 4,
            )
            measured.runs.append(
                {"events_per_second": found["events_per_second"], "p99_ms": found["ms"]["p99"]}
            )
    return measured


if __name__ == "__main__":
    alone(measure, __doc__)
