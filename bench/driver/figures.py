"""What a run measured, as numbers fit for a table."""

import os
from pathlib import Path
from typing import Any

from bench.driver.connection import Answers

TICK = os.sysconf("SC_CLK_TCK")
RANKS = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}


def cpu_seconds(pid: int) -> tuple[float, float]:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) / TICK, int(fields[12]) / TICK


def figures(answers: Answers, seconds: float, unanswered: int) -> dict[str, Any]:
    """Rates, latencies in milliseconds and counts."""
    ordered = sorted(answers.seconds)
    found = {
        name: ordered[min(len(ordered) - 1, int(len(ordered) * rank))]
        for name, rank in RANKS.items()
        if ordered
    }
    return {
        "seconds": round(seconds, 3),
        "answers": answers.statuses.total(),
        "answers_per_second": round(answers.arrived / seconds),
        "ms": {name: round(value * 1000, 3) for name, value in found.items()}
        | ({"max": round(ordered[-1] * 1000, 3)} if ordered else {}),
        "statuses": {status.decode(): count for status, count in answers.statuses.items()},
        "errors": dict(answers.errors),
        "unanswered": unanswered,
        "looked_at": answers.looked_at,
        "unexpected": answers.unexpected_count,
        "unexpected_answers": answers.unexpected,
    }
