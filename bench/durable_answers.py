"""Durable answers a second on the ingest port: 64 connections, one event a request, the worker paused."""

from bench.drive import cpu_us, drive
from bench.place import Place
from bench.row import Measured, alone
from bench.served import paused, push_options, served, webhook_url

CONNECTIONS = 64


def measure(place: Place) -> Measured:
    """Rate and latency as fast as answers come."""
    measured = Measured()
    scale = place.scale
    with place.fresh() as folder, served(folder) as program, push_options(place) as options:
        edge = program.role_pid("edge")
        with paused(program):
            for _ in range(scale.runs):
                found = drive(
                    webhook_url(program),
                    *options,
                    *("--connections", CONNECTIONS),
                    seconds=scale.seconds,
                    warm_up=scale.warm_up,
                    pids=[edge],
                )
                measured.runs.append(
                    {
                        "answers_per_second": found["answers_per_second"],
                        "p50_ms": found["ms"]["p50"],
                        "p99_ms": found["ms"]["p99"],
                        "edge_cpu_us": cpu_us(found, edge),
                        "driver_cpu_us": cpu_us(found, "driver"),
                    }
                )
    return measured


if __name__ == "__main__":
    alone(measure, __doc__)
