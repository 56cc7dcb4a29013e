"""An explanation as a server tells it, and what is drawn of it: pure, so that it can be tested without a screen."""

import json
import re
from typing import Any

import msgspec

from hooklog.commands.entry import RemoteEntry, RemoteStage
from hooklog.commands.remote import read_as

__all__ = [
    "ExplainedStage",
    "InputLine",
    "RemoteAnswer",
    "RemoteChange",
    "RemoteConsumer",
    "RemoteExplanation",
    "RemoteField",
    "RemoteMiss",
    "detail_text",
    "facts",
    "input_lines",
    "read_answer",
    "read_explanation",
]

_KEY = re.compile(r'( *)("(?:[^"\\]|\\.)*"): ')
_INDENT = 2


class RemoteField(msgspec.Struct, frozen=True):
    """One field to correct: what was received, where, and what to do about it."""

    field: str = ""
    rule: str = ""
    value: str = ""
    hint: str = ""
    pointer: str = ""


class ExplainedStage(RemoteStage, frozen=True, rename="camel"):
    """A line of the timeline with its decision in words."""

    decision: str = ""


class RemoteChange(msgspec.Struct, frozen=True, rename={"now": "is"}):
    """One setting of the definition that has changed since."""

    setting: str = ""
    field: str | None = None
    was: str | None = None
    now: str | None = None


class RemoteDefinition(msgspec.Struct, frozen=True, rename="camel"):
    """The definition that judged."""

    version: int = 0
    since: int | None = None
    changed_since: list[RemoteChange] = []


class RemoteAttempt(msgspec.Struct, frozen=True, rename="camel"):
    """One call of a consumer."""

    attempt: int = 0
    started_at: float = 0
    ended_at: float | None = None
    error: str | None = None


class RemoteConsumer(msgspec.Struct, frozen=True, rename="camel"):
    """How a consumer fared."""

    consumer: str = ""
    org_id: int = 0
    outcome: str = ""
    reason: str | None = None
    attempts: list[RemoteAttempt] = []
    side_effects: list[Any] | None = None


class RemoteExplanation(msgspec.Struct, frozen=True, rename="camel"):
    """The keys of contract I.18."""

    entry: RemoteEntry
    headline: str = ""
    next_step: str = ""
    mapped: dict[str, Any] | None = None
    stages: list[ExplainedStage] = []
    errors: list[RemoteField] = []
    definition: RemoteDefinition | None = None
    record: dict[str, Any] | None = None
    consumers: list[RemoteConsumer] = []
    duplicate_of: str | None = None
    duplicates: list[str] = []
    replay_of: str | None = None
    replays: list[str] = []


class RemoteMiss(msgspec.Struct, frozen=True):
    """Something near to what was looked for."""

    kind: str = ""
    text: str = ""
    ids: list[str] = []


class RemoteAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """What came of looking for a customer's events."""

    summary: str = ""
    events: list[RemoteExplanation] = []
    more: str | None = None
    near_misses: list[RemoteMiss] = []


class InputLine(msgspec.Struct, frozen=True):
    """A line of the input; `is_failing` where it holds a value to correct."""

    text: str
    is_failing: bool = False


def read_explanation(raw: msgspec.Raw) -> RemoteExplanation:
    """The explanation of one event.

    Raises:
        RemoteError: it does not look like one.
    """
    return read_as(raw, RemoteExplanation, "an explanation")


def read_answer(raw: msgspec.Raw) -> RemoteAnswer:
    """What came of looking for a customer's events.

    Raises:
        RemoteError: it does not look like it.
    """
    return read_as(raw, RemoteAnswer, "an answer")


def facts(told: RemoteExplanation) -> list[tuple[str, str]]:
    """Label and value of what identifies the event, beside its times."""
    entry = told.entry
    org = (
        f"{entry.org_id}" if entry.parent_org_id == -1 else f"{entry.org_id}, child of {entry.parent_org_id}"
    )
    shown = [
        ("event", "(without a name)" if entry.event_name is None else entry.event_name or '""'),
        ("id", entry.id),
        ("org", org),
        ("webhook", entry.webhook_id),
    ]
    if told.definition is not None:
        shown.append(("definition", f"version {told.definition.version}"))
    links: dict[str, list[str | None]] = {
        "duplicate of": [told.duplicate_of],
        "duplicates": [*told.duplicates],
        "replay of": [told.replay_of],
        "replays": [*told.replays],
    }
    return [*shown, *((label, one) for label, ids in links.items() for one in ids if one)]


def detail_text(stage: RemoteStage) -> str:
    """What a stage tells beside its decision, in one line; the failing fields are left to their table."""
    return ", ".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in stage.detail.items()
        if name != "fields"
    )


def input_lines(text: str, failing: frozenset[str]) -> list[InputLine]:
    """The input's lines, indented where it is JSON. Numbers and names stay as they were written.

    Args:
        text: as it was received.
        failing: JSON pointers to the values to correct.
    """
    try:
        lines = msgspec.json.format(text, indent=_INDENT).split("\n")
    except (msgspec.DecodeError, RecursionError):
        return [InputLine(line) for line in text.split("\n")]
    shown, path = [], [""]
    for line in lines:
        key = _KEY.match(line)
        if key is not None:
            del path[len(key[1]) // _INDENT :]
            name = str(msgspec.json.decode(key[2]))
            path.append(name.replace("~", "~0").replace("/", "~1"))
        shown.append(InputLine(line, key is not None and "/".join(path) in failing))
    return shown
