"""The documented states of an event, rebuilt from its timeline (contract II.10.1).

States stand in the documented order, which follows the definition's fields; the pipeline looks up customers and
groups behind all other fields. Where that would let a state seem to be before the one above it, it takes that
one's instant: the list reads as one story.
"""

from collections.abc import Iterator, Sequence

import msgspec

from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER, Definition, Field
from hooklog.event import Stage, StageOutcome, StageRecord

__all__ = ["State", "running_states"]

_STAGE_OF_TYPE = {
    "customer": Stage.RESOLVE_CUSTOMER,
    "groupId": Stage.RESOLVE_GROUP,
    "tillCode": Stage.RESOLVE_TILL,
}
_VALIDATION = (Stage.VALIDATE, Stage.RESOLVE_TILL, Stage.RESOLVE_CUSTOMER, Stage.RESOLVE_GROUP)
_CONSUMERS = ((Stage.CONSUME_EI, EI_CONSUMER), (Stage.CONSUME_EMF, EMF_CONSUMER))
_ENDED_BADLY = frozenset({StageOutcome.REJECTED, StageOutcome.RAISED})


class State(msgspec.Struct, frozen=True):
    """One state; `at_us` is microseconds since the event's acceptance."""

    status: str
    message: str
    at_us: int


def running_states(
    event_name: str,
    stages: Sequence[StageRecord],
    definition: Definition | None,
    message: str = "",
    finished_us: int | None = None,
) -> list[State]:
    """What an event has been through, in order; nothing before its definition was found.

    Args:
        event_name: as in the entry.
        stages: the timeline so far.
        definition: the version that judged the event, as its timeline tells.
        message: the entry's; it explains a customer, till or group that failed.
        finished_us: when the event succeeded, if it did.
    """
    states: list[State] = []
    for state in _states(event_name, _Timeline(stages), definition, message, finished_us):
        no_earlier_than_us = states[-1].at_us if states else 0
        states.append(msgspec.structs.replace(state, at_us=max(state.at_us, no_earlier_than_us)))
    return states


class _Timeline:
    """The stages by kind; an event that was parked has several lines of one kind."""

    def __init__(self, stages: Sequence[StageRecord]) -> None:
        self._first: dict[Stage, StageRecord] = {}
        self._last: dict[Stage, StageRecord] = {}
        for one in stages:
            self._first.setdefault(one.stage, one)
            self._last[one.stage] = one

    def started_us(self, stage: Stage) -> int:
        return self._first[stage].started_us

    def ended_us(self, stage: Stage) -> int:
        return self._last[stage].started_us + self._last[stage].duration_us

    def outcome(self, stage: Stage) -> StageOutcome | None:
        """How a stage ended so far; None where it was not reached."""
        return self._last[stage].outcome if stage in self._last else None

    def detail(self, stage: Stage) -> dict[str, object]:
        return (self._last[stage].detail or {}) if stage in self._last else {}


def _states(
    name: str, timeline: _Timeline, definition: Definition | None, message: str, finished_us: int | None
) -> Iterator[State]:
    if timeline.outcome(Stage.FIND_DEFINITION) is not StageOutcome.PASSED:
        return
    yield State("EVENT_PROCESSING_STARTED", name, timeline.ended_us(Stage.FIND_DEFINITION))
    if timeline.outcome(Stage.VALIDATE) is None:
        return
    yield from _field_states(timeline, definition, message)
    for stage in _VALIDATION:
        if timeline.outcome(stage) in _ENDED_BADLY:
            yield State("EVENT_VALIDATION_FAILED", name, timeline.ended_us(stage))
            return
    if timeline.outcome(Stage.RESOLVE_GROUP) is None:
        return
    yield State("EVENT_VALIDATION_FINISHED", name, timeline.ended_us(Stage.RESOLVE_GROUP))
    for stage, consumer in _CONSUMERS:
        yield from _consumer_states(timeline, stage, consumer)
    if finished_us is not None:
        yield State("EVENT_PROCESSING_FINISHED", name, finished_us)


def _field_states(timeline: _Timeline, definition: Definition | None, message: str) -> Iterator[State]:
    broken = _broken_rules(timeline)
    fields = () if definition is None else definition.fields
    for field in fields:
        yield from _states_of_field(timeline, field, broken.pop(field.name, None), message)
    # What is left was judged without being declared, such as eventDateTime.
    for name, rule in broken.items():
        yield from _pair(timeline, name, Stage.VALIDATE, rule)


def _broken_rules(timeline: _Timeline) -> dict[str, str]:
    """The fields that validation found wrong, each with its rule; values are not told here."""
    failures = timeline.detail(Stage.VALIDATE).get("fields")
    found = [one for one in failures if isinstance(one, dict)] if isinstance(failures, list) else []
    return {str(one.get("field")): str(one.get("rule")) for one in found}


def _states_of_field(
    timeline: _Timeline, field: Field, broken_rule: str | None, message: str
) -> Iterator[State]:
    stage = _STAGE_OF_TYPE.get(field.type, Stage.VALIDATE)
    outcome = timeline.outcome(stage)
    if broken_rule is not None or stage is Stage.VALIDATE:
        if timeline.outcome(Stage.VALIDATE) is not StageOutcome.RAISED:
            yield from _pair(timeline, field.name, Stage.VALIDATE, broken_rule)
    elif outcome is StageOutcome.PASSED:
        yield from _pair(timeline, field.name, stage, None)
    elif outcome is StageOutcome.REJECTED and timeline.detail(stage).get("field") == field.name:
        yield from _pair(timeline, field.name, stage, message)
    elif field.type != "customer":
        # Its form was found good, but nobody got as far as looking it up.
        yield State("EVENT_FIELD_VALIDATION_STARTED", field.name, timeline.started_us(Stage.VALIDATE))


def _pair(timeline: _Timeline, name: str, stage: Stage, error: str | None) -> Iterator[State]:
    yield State("EVENT_FIELD_VALIDATION_STARTED", name, timeline.started_us(stage))
    if error is None:
        yield State("EVENT_FIELD_VALIDATION_FINISHED", name, timeline.ended_us(stage))
    else:
        yield State("EVENT_FIELD_VALIDATION_FAILED", f"{name} {error}", timeline.ended_us(stage))


def _consumer_states(timeline: _Timeline, stage: Stage, consumer: str) -> Iterator[State]:
    outcome, detail = timeline.outcome(stage), timeline.detail(stage)
    if outcome is None or "skipped" in detail:
        return
    yield State("EVENT_CONSUMER_STARTED", consumer, timeline.started_us(stage))
    if outcome is StageOutcome.PASSED:
        yield State("EVENT_CONSUMER_FINISHED", consumer, timeline.ended_us(stage))
    elif outcome in _ENDED_BADLY:
        error = detail.get("error", detail.get("raised"))
        yield State("EVENT_CONSUMER_FAILED", f"{consumer} {error}", timeline.ended_us(stage))
