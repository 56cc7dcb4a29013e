"""What the consumers answered, attempt by attempt, told from an event's timeline; and what is said where one failed."""

from collections.abc import Sequence

import msgspec

from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER
from hooklog.event import Stage, StageOutcome, StageRecord
from hooklog.explain.advice import RESEND, advice
from hooklog.explain.case import Case, Finding, Today
from hooklog.explain.customers import with_customer_missing

__all__ = ["Attempt", "ConsumerAnswer", "consumer_answers", "loyalty_failed"]

_CUSTOMER_MISSING = "customerId not present"
_NAMES = {Stage.CONSUME_EI: EI_CONSUMER, Stage.CONSUME_EMF: EMF_CONSUMER, Stage.CONSUME_PARENT: EMF_CONSUMER}


class Attempt(msgspec.Struct, frozen=True):
    """One call. Times are microseconds since acceptance; `ended_us` None: nobody knows an end."""

    number: int
    started_us: int
    ended_us: int | None
    error: str
    may_have_arrived: bool


class ConsumerAnswer(msgspec.Struct, frozen=True):
    """How a consumer of an org fared with the event.

    `outcome` is taken, skipped, failed or waiting; `reason` says why, where it is not taken, or what of its answer was
    not kept.
    """

    consumer: str
    org_id: int
    outcome: str
    reason: str
    attempts: tuple[Attempt, ...]
    side_effects: tuple[object, ...] | None = None


def consumer_answers(case: Case) -> list[ConsumerAnswer]:
    """The answer of each consumer that was reached, in the order in which they were asked."""
    found = []
    effects = None if case.record is None else case.record.side_effects
    for stage, name in _NAMES.items():
        lines = [one for one in case.stages if one.stage is stage]
        if lines:
            org_id = case.parent_org_id if stage is Stage.CONSUME_PARENT else case.org_id
            outcome, reason = _outcome(lines[-1])
            # What a parent's loyalty did stands behind what the org's own did, in one list.
            own = effects if name == EMF_CONSUMER and outcome == "taken" else None
            effects = effects if own is None else None
            found.append(ConsumerAnswer(name, org_id, outcome, reason, tuple(_attempts(lines)), own))
    return found


def _outcome(line: StageRecord) -> tuple[str, str]:
    detail = line.detail or {}
    if "skipped" in detail:
        return "skipped", str(detail["skipped"])
    if line.outcome is StageOutcome.PASSED:
        why = detail.get("sideEffectsNotKept")
        return "taken", f"its side effects were not kept: {why}" if why else ""
    if line.outcome is StageOutcome.PARKED:
        begun = "the call is under way" if "call" in detail else ""
        return "waiting", str(detail.get("waits") or detail.get("error") or begun)
    return "failed", str(detail.get("error") or detail.get("raised") or "")


def _attempts(lines: Sequence[StageRecord]) -> list[Attempt]:
    """The calls that were begun; each ends with the line that tells its result, which the last one may lack."""
    attempts: list[Attempt] = []
    for line in lines:
        detail = line.detail or {}
        if "call" in detail:
            number = detail.get("attempt")
            attempts.append(
                Attempt(
                    number if isinstance(number, int) else len(attempts) + 1, line.started_us, None, "", True
                )
            )
        elif attempts and "waits" not in detail:
            begun, ended_us = attempts[-1], line.started_us + line.duration_us
            error = "" if line.outcome is StageOutcome.PASSED else str(detail.get("error", ""))
            arrived = bool(detail.get("mayHaveArrived", line.outcome is not StageOutcome.PARKED))
            if begun.ended_us is None:
                attempts[-1] = Attempt(begun.number, begun.started_us, ended_us, error, arrived)
    return attempts


def loyalty_failed(case: Case, today: Today) -> Finding:
    """EMF_PROCESSOR_FAILED: without a customer, or as the loyalty endpoint answered."""
    general = advice(case.status)
    answers = [one for one in consumer_answers(case) if one.outcome == "failed"]
    if _CUSTOMER_MISSING in case.message:
        return with_customer_missing(case, today, general.headline)
    if not answers:
        return Finding(general.headline, general.next_step)
    failed = answers[-1]
    whose = "" if failed.org_id == case.org_id else f" of the parent org {failed.org_id}"
    count = len(failed.attempts)
    times = f" at {'the only attempt' if count == 1 else f'the last of {count} attempts'}" if count else ""
    doubt = ""
    if any(one.may_have_arrived and one.error for one in failed.attempts[:-1]):
        doubt = " An earlier attempt may have been acted on although it was not answered: ask before sending again."
    return Finding(
        f"The event was stored, but the loyalty endpoint{whose} did not take it: {failed.reason}{times}.",
        f"Ask who runs the loyalty endpoint about webhook-id {case.id}, the same on every attempt.{doubt} "
        f"{RESEND}",
    )
