"""From POST to entry for a minute: the rate is steered so that about `BACKLOG_HELD` events wait, no more.

So what comes in is what is settled, and the rate is the highest that can go on for ever. The driver is told twice a
second how fast: what the worker has settled lately, more where too few wait and less where too many do. The analytical
export follows every few seconds instead of once a minute, so the window holds what belongs to it.
"""

import time

from bench.drive import Driver
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
CORRECTED_IN_SECONDS = 4.0
SMOOTHING = 0.3


def measure(place: Place) -> Measured:
    """Entries a second over the window, what was left at its end, and the time of the rest."""
    measured = Measured()
    scale = place.scale
    with place.fresh() as folder, served(folder, EXPORTING) as program, push_options(place) as options:
        for _ in range(scale.sustained_runs):
            wait_settled(program)
            measured.runs.append(_run(place, program, options))
    if scale.sustained_runs == 1:
        measured.notes.append("one run of a minute")
    return measured


def _run(place: Place, program: Program, options: Options) -> dict[str, float]:
    scale = place.scale
    warm_up = scale.warm_up + 3 * scale.warm_up
    driver = Driver(
        webhook_url(program),
        *options,
        *("--connections", CONNECTIONS, "--rate", FIRST_RATE),
        *("--seconds", scale.sustained_seconds, "--warm-up", warm_up),
        steered=True,
    )
    pids = pids_of(program)
    with settled(program.folder) as log:
        loaded = 0.0
        points: list[tuple[float, int, int, int]] = []
        begun, position, rate = time.monotonic(), log.position(), FIRST_RATE
        last = begun
        while (
            driver.is_running and time.monotonic() - begun < warm_up + scale.sustained_seconds - STEER_SECONDS
        ):
            time.sleep(STEER_SECONDS)
            now, at, backlog = time.monotonic(), log.position(), program.backlog()
            if now - begun >= warm_up:
                points.append((now, at, backlog, written_bytes(pids)))
                loaded = max(loaded, memory_mb(pids))
            seen = (at - position) / (now - last)
            rate += SMOOTHING * (seen - rate)
            driver.steer(rate + (BACKLOG_HELD - backlog) / CORRECTED_IN_SECONDS)
            last, position = now, at
    found = driver.figures()
    rest = wait_settled(program)
    (begin, first, backlog_first, _), (end, last_at, backlog_end, _) = points[0], points[-1]
    return {
        "entries_per_second": round((last_at - first) / (end - begin)),
        "answers_per_second": found["answers_per_second"],
        "backlog_at_begin": backlog_first,
        "backlog_at_end": backlog_end,
        "backlog_max": max(point[2] for point in points),
        "rest_seconds": round(rest, 2),
        "answer_p99_ms": found["ms"]["p99"],
        "written_bytes_per_event": round((points[-1][3] - points[0][3]) / (last_at - first)),
        "memory_mb": round(loaded, 1),
    }


if __name__ == "__main__":
    alone(measure, __doc__)
