"""What is worth telling about one event, gathered from its entry: pure, so that it can be tested without a screen."""

import json
from typing import Any

import msgspec

from hooklog.commands.entry import PENDING, RemoteEntry
from hooklog.event import Stage, Status
from hooklog.explain.advice import Advice, advice

__all__ = ["FailingField", "advice_on", "as_object", "detail_text", "facts", "failing_fields", "pretty_input"]

_FIELDS = "fields"


class FailingField(msgspec.Struct, frozen=True):
    """One field that broke a rule: what was received, and what to do about it."""

    field: str = ""
    rule: str = ""
    value: str = ""
    hint: str = ""


def advice_on(entry: RemoteEntry) -> Advice:
    """The words for an entry, also for one that is pending or has a status that this version does not know."""
    if entry.status == PENDING and entry.attempts:
        return Advice(
            "The event is safe; it waits for its next attempt.",
            "Nothing has to be done: it is tried again by itself. The last stage of the timeline says what it waits "
            "for.",
        )
    if entry.status == PENDING:
        return Advice(
            "The event is safe on disk; the worker has not reached it yet.",
            "Ask again in a moment. If it stays like this, `hooklog doctor` on the server's folder says whether the "
            "worker runs.",
        )
    if entry.status in Status.__members__:
        return advice(Status[entry.status])
    return Advice(
        f"The event ended as {entry.status}, a status that this version of hooklog does not know.",
        "Use the server's version of hooklog.",
    )


def failing_fields(entry: RemoteEntry) -> list[FailingField]:
    """The fields that validation names; empty where it named none."""
    found: list[FailingField] = []
    for stage in entry.stages:
        if stage.stage == Stage.VALIDATE.name.lower() and isinstance(stage.detail.get(_FIELDS), list):
            try:
                found += msgspec.convert(stage.detail[_FIELDS], list[FailingField], strict=False)
            except msgspec.ValidationError:
                continue  # The message names them too.
    return found


def facts(entry: RemoteEntry) -> list[tuple[str, str]]:
    """Label and value of what identifies the event, beside its times."""
    org = (
        f"{entry.org_id}" if entry.parent_org_id == -1 else f"{entry.org_id}, child of {entry.parent_org_id}"
    )
    shown = [
        ("event", "(without a name)" if entry.event_name is None else entry.event_name or '""'),
        ("id", entry.id),
        ("org", org),
        ("webhook", entry.webhook_id),
    ]
    details = {stage.stage: stage.detail for stage in entry.stages}
    version = details.get(Stage.FIND_DEFINITION.name.lower(), {}).get("version")
    if version is not None:
        shown.append(("definition", f"version {version}"))
    first = details.get(Stage.UNIQUENESS.name.lower(), {}).get("duplicateOf")
    if first is not None:
        shown.append(("duplicate of", str(first)))
    return shown


def detail_text(detail: dict[str, Any]) -> str:
    """A stage's detail in one line; the failing fields are left to their table."""
    return ", ".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in detail.items()
        if name != _FIELDS
    )


def pretty_input(text: str) -> list[str]:
    """The input's lines, indented where it is JSON. Numbers and names stay as they were written."""
    try:
        formatted = msgspec.json.format(text, indent=2)
    except (msgspec.DecodeError, RecursionError):
        formatted = text
    return formatted.split("\n")


def as_object(raw: msgspec.Raw, entry: RemoteEntry) -> dict[str, object]:
    """The explanation for programs, with the keys of contract I.18."""
    shown: dict[str, object] = msgspec.json.decode(raw)
    said = advice_on(entry)
    stages, record = shown.pop("stages", []), shown.pop("record", None)
    return {
        "entry": shown,
        "headline": said.headline,
        "nextStep": said.next_step,
        "stages": stages,
        "errors": failing_fields(entry),
        "record": record,
    }
