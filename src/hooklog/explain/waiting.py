"""What is said of an event that has not settled: it is safe, and this is what it waits for."""

from datetime import UTC, datetime

from hooklog.event import Stage, StageOutcome
from hooklog.explain.case import Case, Finding, Today

__all__ = ["waiting"]

_BY_ITSELF = "Nothing has to be done: it is tried again by itself"


def waiting(case: Case, _today: Today) -> Finding:
    """A pending event: parked at a stage, or not reached by the worker yet."""
    if not case.stages:
        return Finding(
            "The event is safe on disk; the worker has not reached it yet.",
            "Ask again in a moment. If it stays like this, `hooklog doctor` on the server's folder says whether the "
            "worker runs.",
        )
    last = case.stages[-1]
    detail = last.detail or {}
    when = f"{_BY_ITSELF}{_at(case.next_at_ms)}."
    if last.stage is Stage.UNIQUENESS:
        first = detail.get("waitsFor")
        return Finding(
            f"The event is safe; it has the same unique key as {first} and waits to see how that one ends.",
            f"{when} If that one succeeds, this is its duplicate; if it fails, this one counts.",
        )
    if last.outcome is not StageOutcome.PARKED:
        return Finding("The event is safe; it waits for its next attempt.", when)
    if "call" in detail:
        attempt = detail.get("attempt")
        return Finding(f"The event is stored; the loyalty endpoint is being called, attempt {attempt}.", when)
    if "error" in detail:
        return Finding(
            f"The event is stored; loyalty did not take it at attempt {detail.get('attempt')}: {detail['error']}.",
            f"{when} If the error stays, whoever runs the loyalty endpoint has to mend it.",
        )
    why = detail.get("waits")
    return Finding(
        f"The event is stored; loyalty has not been asked yet: {why}."
        if why
        else "The event is safe; it waits.",
        when,
    )


def _at(instant_ms: int) -> str:
    if instant_ms == 0:
        return ""
    moment = datetime.fromtimestamp(instant_ms / 1000, UTC)
    return f", next at {moment:%Y-%m-%d %H:%M:%S} UTC"
