"""What each stage decided, in a few words."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from hooklog.event import Stage, StageOutcome, StageRecord

__all__ = ["decision"]


def decision(line: StageRecord) -> str:
    """The decision that a line of a timeline tells, without full stop. Values that were pushed are not in it."""
    detail = line.detail or {}
    if line.outcome is StageOutcome.RAISED:
        return f"failed on our side: {detail.get('raised')}"
    words = _WORDS.get(line.stage)
    said = "" if words is None else words(detail)
    return said or _USUAL[line.outcome]


def _validated(detail: Mapping[str, Any]) -> str:
    fields = detail.get("fields")
    if not isinstance(fields, list):
        return "all fields are well formed"
    names = [str(one.get("field")) for one in fields if isinstance(one, dict)]
    return f"{len(names)} field{'' if len(names) == 1 else 's'} failed: {', '.join(names)}"


def _customer(detail: Mapping[str, Any]) -> str:
    if detail.get("created"):
        return f"added the customer as user {detail.get('userId')}"
    if detail.get("found"):
        return f"found user {detail.get('userId')}"
    return str(detail.get("reason") or "")


def _unique(detail: Mapping[str, Any]) -> str:
    if "duplicateOf" in detail:
        return f"repeats {detail['duplicateOf']}"
    if "waitsFor" in detail:
        return f"waits to see how {detail['waitsFor']} ends, which has the same key"
    return "the first with its unique key" if "uniqueId" in detail else "nothing to check"


def _consumed(detail: Mapping[str, Any]) -> str:
    if "skipped" in detail:
        return f"not asked: {detail['skipped']}"
    if "call" in detail:
        return f"began attempt {detail.get('attempt')}"
    if "waits" in detail:
        return f"waits: {detail['waits']}"
    if "error" in detail:
        attempt = f"attempt {detail['attempt']}: " if "attempt" in detail else ""
        return f"{attempt}{detail['error']}"
    if "sideEffectsNotKept" in detail:
        return f"passed, but its side effects were not kept: {detail['sideEffectsNotKept']}"
    return ""


def _told(key: str, words: str, otherwise: str = "") -> Callable[[Mapping[str, Any]], str]:
    return lambda detail: words.format(detail[key]) if key in detail else otherwise


_USUAL: Final = {
    StageOutcome.PASSED: "passed",
    StageOutcome.REJECTED: "ended the event",
    StageOutcome.PARKED: "put the event aside",
}
_WORDS: Final[Mapping[Stage, Callable[[Mapping[str, Any]], str]]] = {
    Stage.ROUTE_ORG: _told("childOrgId", "goes to the child org {}"),
    Stage.TRANSFORM: _told("sourceName", "mapped from the source's event {}"),
    Stage.FIND_DEFINITION: _told("version", "judged by version {} of the definition"),
    Stage.VALIDATE: _validated,
    Stage.RESOLVE_TILL: _told("tillId", "counts for till {}"),
    Stage.RESOLVE_CUSTOMER: _customer,
    Stage.RESOLVE_GROUP: _told("groupId", "belongs to group {}"),
    Stage.UNIQUENESS: _unique,
    Stage.CONSUME_EI: _consumed,
    Stage.CONSUME_EMF: _consumed,
    Stage.CONSUME_PARENT: _consumed,
}
