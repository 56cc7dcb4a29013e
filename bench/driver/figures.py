"""What a run measured, as numbers fit for a table."""

import os
from pathlib import Path

from connection import Answers

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> tuple[float, float]:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / TICK, int(fields[12]) / TICK


def figures(answers: Answers, seconds: float) -> dict[str, object]:
    """Rates, latencies in milliseconds and counts."""
    ordered = sorted(answers.seconds)
    answered = len(ordered)
    ranks = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}
    found = {
        name: ordered[min(answered - 1, int(answered * rank))] for name, rank in ranks.items() if ordered
    }
    return {
        "seconds": round(seconds, 3),
        "answers": answered,
        "answers_per_second": round(answered / seconds),
        "ms": {name: round(value * 1000, 3) for name, value in found.items()}
        | ({"max": round(ordered[-1] * 1000, 3)} if ordered else {}),
        "statuses": {status.decode(): count for status, count in answers.statuses.items()},
        "errors": dict(answers.errors),
    }
