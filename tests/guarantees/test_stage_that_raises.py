"""Guarantee: a bug in a stage ends only the event that meets it (contract I.4; design.md, rule 6)."""

from collections.abc import Callable, Sequence

import pytest

from hooklog.event import Stage, StageOutcome
from hooklog.pipeline.settings import PipelineSettings
from hooklog.pipeline.stage import Outcome, Work, again
from hooklog.testing.setting import customer_field
from hooklog.testing.system import MemorySystem

MOBILE = "919800000001"
LINE = [stage for stage in Stage if Stage.ROUTE_ORG <= stage <= Stage.CONSUME_EMF]


def make_system(attempts_max: int = 3) -> MemorySystem:
    system = MemorySystem(settings=PipelineSettings(attempts_max=attempts_max))
    system.add_customer(500_001, mobile=MOBILE)
    system.define("visit", customer_field())
    return system


def spring_on_poison(tries: list[bytes], times: int = 1 << 30) -> Callable[[Work], None]:
    """A trap that raises for events whose body says `poison`, at most so many times."""

    def spring(work: Work) -> None:
        if work.payload.get("poison"):
            tries.append(work.event.id)
            if len(tries) <= times:
                raise RuntimeError("the secret 4711")

    return spring


@pytest.mark.parametrize("attempts_max", [1, 3])
@pytest.mark.parametrize("stage", LINE, ids=lambda stage: stage.name)
def test_a_stage_that_raises_ends_only_its_event(stage: Stage, attempts_max: int) -> None:
    """It is tried once among its batch and then `attempts_max` times alone."""
    system = make_system(attempts_max)
    tries: list[bytes] = []
    system.traps[stage] = spring_on_poison(tries)
    good = {"event_name": "visit", "mobile": MOBILE}
    before = [system.push(good) for _ in range(3)]
    bad = system.push(good | {"poison": True})
    after = [system.push(good) for _ in range(3)]
    system.settle()
    assert [bad] * (1 + attempts_max) == tries
    why = f"{stage.name.lower()} raised RuntimeError"
    assert ("EVENT_PROCESSING_FAILED", f"Event processing failed: {why}") == system.said(bad)
    assert "4711" not in repr((system.entry(bad).message, system.timeline(bad)))
    last = system.timeline(bad)[-1]
    assert (stage, StageOutcome.RAISED, {"raised": why}) == (last.stage, last.outcome, last.detail)
    assert {"EVENT_SUCCESS"} == {system.said(request_id)[0] for request_id in before + after}
    assert 1 == len(system.batches)


@pytest.mark.parametrize(("times", "status"), [(3, "EVENT_SUCCESS"), (4, "EVENT_PROCESSING_FAILED")])
def test_a_stage_that_recovers_in_time_does_not_end_its_event(times: int, status: str) -> None:
    system = make_system(attempts_max=3)
    system.traps[Stage.VALIDATE] = spring_on_poison([], times)
    request_id = system.push({"event_name": "visit", "mobile": MOBILE, "poison": 1})
    system.settle()
    assert status == system.entry(request_id).status.name


def test_a_stage_that_raises_for_all_ends_each_with_its_own_entry() -> None:
    system = make_system()
    system.traps[Stage.FIND_DEFINITION] = spring_on_poison([])
    ids = [system.push({"event_name": "visit", "poison": number}) for number in range(1, 6)]
    system.settle()
    assert {"EVENT_PROCESSING_FAILED"} == {system.entry(request_id).status.name for request_id in ids}


def test_a_body_that_the_edge_should_have_refused_ends_only_its_event() -> None:
    system = make_system()
    bad = system.push(b"[1]")
    good = system.push({"event_name": "visit", "mobile": MOBILE})
    system.settle()
    assert ("EVENT_PROCESSING_FAILED", "Event processing failed: taking it up raised ValidationError") == (
        system.said(bad)
    )
    assert "EVENT_SUCCESS" == system.entry(good).status.name


def test_a_round_that_decides_nothing_is_our_bug_and_ends_the_worker() -> None:
    """Alone, after the death, no event waits for another of its batch."""
    system = make_system()
    [uniqueness] = [stage for stage in system.line.stages if stage.stage is Stage.UNIQUENESS]

    class Undecided:
        stage = Stage.UNIQUENESS

        def run(self, batch: Sequence[Work]) -> Sequence[Outcome]:
            return [again() for _ in batch] if len(batch) > 1 else uniqueness.run(batch)

    system.line.stages = [Undecided() if stage is uniqueness else stage for stage in system.line.stages]
    ids = [system.push({"event_name": "visit", "mobile": MOBILE}) for _ in range(3)]
    with pytest.raises(AssertionError):
        system.runner.step()
    system.start_worker()
    system.settle()
    assert {"EVENT_SUCCESS"} == {system.entry(request_id).status.name for request_id in ids}
