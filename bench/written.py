"""Bytes written for each event, from POST to entry in the large folder, by the kernel's counters of all processes.

What block devices wrote meanwhile is a cross-check: other programs' writes, the file system's own journal and late
write-back are in it too.
"""

import os
import time

from bench.drive import drive
from bench.durable_answers import CONNECTIONS
from bench.making import make_large
from bench.place import Place
from bench.row import Measured, alone
from bench.served import pids_of, push_options, served, settled, wait_done, wait_settled, webhook_url
from bench.usage import device_written_bytes, memory_mb, written_bytes

RATES = {"busy": 10_000, "slow": 1_000}


def measure(place: Place) -> Measured:
    """A busy rate, where groups and batches are large, and a slow one, where they are small."""
    measured = Measured()
    folder = place.large(make_large)
    with served(folder) as program, push_options(place) as options, settled(folder) as log:
        wait_done(program)
        pids = pids_of(program)
        for _ in range(place.scale.runs):
            figures = {}
            for kind, rate in RATES.items():
                before = log.position(), written_bytes(pids), device_written_bytes()
                drive(
                    webhook_url(program),
                    *options,
                    *("--connections", CONNECTIONS, "--rate", rate),
                    seconds=place.scale.seconds,
                    warm_up=0.1,
                )
                figures[f"{kind}_memory_mb"] = round(memory_mb(pids), 1)
                wait_settled(program)
                events = log.position() - before[0]
                time.sleep(0.2)
                os.sync()
                figures[f"{kind}_bytes_per_event"] = round((written_bytes(pids) - before[1]) / events)
                figures[f"{kind}_device_bytes_per_event"] = round(
                    (device_written_bytes() - before[2]) / events
                )
            measured.runs.append(figures)
    return measured


if __name__ == "__main__":
    alone(measure, __doc__)
