"""From POST to entry for a minute: the rate is steered so that about `BACKLOG_HELD` events wait, no more.

So what comes in is what is settled, and the rate is the highest that can go on for ever. The driver is told twice a
second how fast: what the worker has settled lately, more where too few wait and less where too many do. The analytical
export follows every few seconds instead of once a minute, so the window holds what belongs to it.
"""

import time
from itertools import pairwise

import msgspec

from bench.drive import Driver
from bench.driver.figures import cpu_seconds
from bench.durable_answers import CONNECTIONS
from bench.place import Place
from bench.row import Measured, alone
from bench.served import Options, pids_of, push_options, served, settled, wait_settled, webhook_url
from bench.usage import memory_mb, written_bytes
from hooklog.testing.program import Program

BACKLOG_HELD = 5_000
EXPORTING = {"HOOKLOG_EI__FLUSH_SECONDS": "5"}
FIRST_RATE = 10_000.0
STEER_SECONDS = 0.5
# How long it may take to come back to the backlog that is held.
CORRECTED_IN_SECONDS = 1.0
SMOOTHING = 0.3
WARM_UPS = 4
PARTS = 3


class Point(msgspec.Struct, frozen=True):
    """What is seen at an instant."""

    at: float
    position: int
    backlog: int
    written: int
    cpu_seconds: tuple[float, ...]


def measure(place: Place) -> Measured:
    """One window; each of its thirds is a run: a backlog that grew, or a rate that fell, would show."""
    with place.fresh() as folder, served(folder, EXPORTING) as program, push_options(place) as options:
        points, loaded_mb = _watch(place, program, options)
        rest = wait_settled(program)
    parts = min(PARTS, len(points) - 1)
    cuts = [part * (len(points) - 1) // parts for part in range(parts + 1)]
    return Measured(
        runs=[_between(points[first], points[last]) for first, last in pairwise(cuts)],
        detail={
            "backlog": [{"second": round(one.at - points[0].at, 1), "events": one.backlog} for one in points],
            "memory_mb": loaded_mb,
            "rest_seconds": rest,
        },
        notes=[f"the runs are the thirds of one window; what was left at its end took {rest:.2f} s"],
    )


def _watch(place: Place, program: Program, options: Options) -> tuple[list[Point], float]:
    """Steer a load through the window; what was seen meanwhile, and the most memory."""
    scale = place.scale
    warm_up = scale.warm_up * WARM_UPS
    driver = Driver(
        webhook_url(program),
        *options,
        *("--connections", CONNECTIONS, "--rate", FIRST_RATE),
        *("--seconds", scale.sustained_seconds + STEER_SECONDS, "--warm-up", warm_up),
        steered=True,
    )
    pids = pids_of(program)
    points: list[Point] = []
    loaded_mb = 0.0
    with settled(program.folder) as log:
        begun, position, rate = time.monotonic(), log.position(), FIRST_RATE
        last = begun
        while time.monotonic() - begun < warm_up + scale.sustained_seconds:
            time.sleep(STEER_SECONDS)
            assert driver.is_running
            now, at, backlog = time.monotonic(), log.position(), program.backlog()
            if now - begun >= warm_up:
                spent = tuple(sum(cpu_seconds(pid)) for pid in pids)
                points.append(Point(now, at, backlog, written_bytes(pids), spent))
                loaded_mb = max(loaded_mb, memory_mb(pids))
            rate += SMOOTHING * ((at - position) / (now - last) - rate)
            driver.steer(rate + (BACKLOG_HELD - backlog) / CORRECTED_IN_SECONDS)
            last, position = now, at
    driver.stop()
    driver.figures()
    return points, loaded_mb


def _between(first: Point, last: Point) -> dict[str, float]:
    events = last.position - first.position
    cpu = [round((b - a) / events * 1e6, 1) for a, b in zip(first.cpu_seconds, last.cpu_seconds, strict=True)]
    return {
        "entries_per_second": round(events / (last.at - first.at)),
        "backlog_at_begin": first.backlog,
        "backlog_at_end": last.backlog,
        "written_bytes_per_event": round((last.written - first.written) / events),
        "edge_cpu_us": cpu[1],
        "worker_cpu_us": cpu[2],
    }


if __name__ == "__main__":
    alone(measure, __doc__)
