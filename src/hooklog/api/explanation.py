"""The explanation of one event for one caller (contract I.18)."""

from collections.abc import Sequence

import msgspec

from hooklog.api.context import Context
from hooklog.api.duplicates import duplicates_of
from hooklog.api.envelope import Notice, warning
from hooklog.api.explanation_case import Told, case_of
from hooklog.api.explanation_views import AttemptView, ConsumerView, ExplainedStage, ExplanationView, JudgedBy
from hooklog.api.masking import Mask, told_psi
from hooklog.api.unsettled import pending_view
from hooklog.api.views import EntryView, entry_view, record_view, stage_views
from hooklog.catalog.base import Catalog, Definition
from hooklog.event import NO_PARENT, Entry, Stage, StageRecord, id_to_text, instant_of
from hooklog.eventlog.base import Parked
from hooklog.explain.case import Case, Today
from hooklog.explain.changes import differences, in_force_since_ms, mapping_differences
from hooklog.explain.consumers import ConsumerAnswer, consumer_answers
from hooklog.explain.decisions import decision
from hooklog.explain.mapped import mapping_then
from hooklog.explain.sentences import finding

__all__ = ["explain_entry", "explain_parked"]

_REPLAYS_MAX = 100


def explain_entry(
    context: Context, entry: Entry, mask: Mask | None, notices: list[Notice]
) -> ExplanationView:
    """The explanation of a settled event; what it leaves out is added to `notices`. Blocks: runs among the readers."""
    stages = context.log.stages(entry.org_id, entry.id)
    record = context.log.record(entry.org_id, entry.id)
    raw = Told(
        entry.org_id,
        entry.parent_org_id,
        entry.id,
        entry.webhook_id,
        entry.event_name,
        entry.input,
        stages,
        context.log.definition_version(entry.org_id, entry.id),
    )
    seen = entry if mask is None else mask.entry(entry, stages)
    shown = record if record is None or mask is None else mask.record(entry, record)
    shown = None if shown is None else told_psi(context.catalog, entry, shown)
    case = case_of(context.catalog, raw, mask)
    original = context.log.replay_of(entry.org_id, entry.id)
    replays = context.log.replays(entry.org_id, entry.id, _REPLAYS_MAX + 1)
    if len(replays) > _REPLAYS_MAX:
        notices.append(warning(f"only the newest {_REPLAYS_MAX} replays are listed"))
    case = msgspec.structs.replace(
        case,
        status=entry.status,
        message=seen.message,
        record=shown,
        replay_of=None if original is None else id_to_text(original),
        replays=tuple(map(id_to_text, replays[-_REPLAYS_MAX:])),
        has_more_replays=len(replays) > _REPLAYS_MAX,
    )
    view = None if shown is None else record_view(entry, shown)
    duplicates = [] if record is None else duplicates_of(context.log, entry, record, notices)
    return _view(context, case, entry_view(seen), view, duplicates)


def explain_parked(context: Context, parked: Parked, mask: Mask | None) -> ExplanationView:
    """The explanation of an event that has not settled. Blocks: runs among the readers."""
    event = parked.event
    parent_org_id = NO_PARENT if parked.org_id == event.org_id else event.org_id
    raw = Told(
        parked.org_id,
        parent_org_id,
        event.id,
        event.webhook_id,
        parked.event_name,
        event.body,
        parked.stages,
        _version_told(parked.stages),
    )
    case = msgspec.structs.replace(
        case_of(context.catalog, raw, mask),
        next_at_ms=parked.next_at_ms,
        replay_of=None if event.replay_of is None else id_to_text(event.replay_of.id),
    )
    return _view(context, case, pending_view(parked, frozenset(), mask), None, [])


def _version_told(stages: Sequence[StageRecord]) -> int | None:
    details = [one.detail or {} for one in stages if one.stage is Stage.FIND_DEFINITION]
    version = details[-1].get("version") if details else None
    return version if isinstance(version, int) else None


def _view(
    context: Context, case: Case, entry: EntryView, record: dict[str, object] | None, duplicates: list[str]
) -> ExplanationView:
    said = finding(case, Today(context.catalog, context.directory))
    first = case.detail(Stage.UNIQUENESS).get("duplicateOf")
    return ExplanationView(
        entry=entry,
        headline=said.headline,
        next_step=said.next_step,
        mapped=None if case.mapped is None else case.mapped.values,
        stages=_stages(case),
        errors=said.errors,
        definition=None if case.definition is None else _judged_by(context.catalog, case, case.definition),
        record=record,
        consumers=[_consumer(case, one) for one in consumer_answers(case)],
        duplicate_of=None if first is None else str(first),
        duplicates=duplicates,
        replay_of=case.replay_of,
        replays=[*case.replays],
    )


def _stages(case: Case) -> list[ExplainedStage]:
    decisions = ["waited in the journal", *map(decision, case.stages)]
    # No stages, no line for the waiting before them.
    return [
        ExplainedStage(**msgspec.structs.asdict(one), decision=said)
        for one, said in zip(stage_views(case.request_id, case.stages), decisions, strict=False)
    ]


def _judged_by(catalog: Catalog, case: Case, definition: Definition) -> JudgedBy:
    today = catalog.definition(case.org_id, definition.name)
    changed = [] if today is None else differences(definition, today)
    if "sourceName" in case.detail(Stage.TRANSFORM):
        line = case.line(Stage.TRANSFORM)
        at_ms = instant_of(case.request_id) + (0 if line is None else line.started_us // 1000)
        for org_id in dict.fromkeys((case.org_id, case.webhook_org_id)):
            changed += mapping_differences(
                mapping_then(catalog, org_id, definition.name, at_ms),
                catalog.mapping(org_id).of_event.get(definition.name),
            )
    return JudgedBy(definition.version, in_force_since_ms(catalog, definition), changed)


def _consumer(case: Case, one: ConsumerAnswer) -> ConsumerView:
    start_ms = instant_of(case.request_id)
    return ConsumerView(
        consumer=one.consumer,
        org_id=one.org_id,
        outcome=one.outcome,
        reason=one.reason or None,
        attempts=[
            AttemptView(
                attempt=call.number,
                started_at=start_ms + call.started_us / 1000,
                ended_at=None if call.ended_us is None else start_ms + call.ended_us / 1000,
                error=call.error or None,
                may_have_arrived=call.may_have_arrived,
            )
            for call in one.attempts
        ],
        side_effects=one.side_effects,
    )
