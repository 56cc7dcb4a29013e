"""How the explanation of an event looks in a terminal: from the headline and what to do down to the record."""

import json
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hooklog.commands.bars import bar
from hooklog.commands.entry import PENDING, RemoteEntry
from hooklog.commands.explanation import (
    ExplainedStage,
    RemoteAnswer,
    RemoteChange,
    RemoteConsumer,
    RemoteExplanation,
    RemoteField,
    detail_text,
    facts,
    input_lines,
)
from hooklog.commands.terminal import duration_text, local_instant, plain, status_text
from hooklog.event import StageOutcome, wall_clock_ms

__all__ = ["show_answer", "show_explanation"]

_CELLS_MAX = 100  # longer lines of prose are tiring to read
_INPUT_LINES_MAX = 200
_BAR_CELLS_MIN, _BAR_CELLS_MAX = 6, 40
_BESIDE_BAR_CELLS = 56
_STAGE_CELLS = 16
_LABEL_CELLS = 22
_INDENT = 2
_WRAP_CELLS_MIN = 20
_COLOURS = {
    StageOutcome.PASSED.name.lower(): "green",
    StageOutcome.REJECTED.name.lower(): "yellow",
    StageOutcome.PARKED.name.lower(): "cyan",
    StageOutcome.RAISED.name.lower(): "red",
}


def show_explanation(console: Console, told: RemoteExplanation, zone: tzinfo | None) -> None:
    """Print the whole page."""
    entry = told.entry
    title = status_text(entry.status)
    title.stylize("bold")
    console.print(title)
    prose = min(console.width, _CELLS_MAX)
    _print(console, Text(plain(told.headline)), 0, prose)
    if entry.message and not told.errors:
        _print(console, Text(plain(entry.message), style="dim"), 0, prose)
    console.print()
    for label, value in [*facts(told), *_times(entry, zone)]:
        console.print(Text.assemble((f"{label:<14}", "dim"), plain(value)), soft_wrap=True)
    _section(console, "What to do", [Text(plain(told.next_step))], prose)
    _table(console, "Fields to correct", _fields_table(told.errors))
    _section(console, "Input", _input_lines(entry.input_request, told.errors))
    _section(console, "Mapped", _mapped_lines(told))
    _section(console, "Timeline", _timeline(told, console.width))
    _section(console, "Consumers", _consumer_lines(told.consumers))
    changes = told.definition.changed_since if told.definition is not None else []
    _table(console, "Changed in the definition since", _changes_table(changes))
    _section(console, "Record", _record_lines(told.record or {}))


def show_answer(console: Console, answer: RemoteAnswer, zone: tzinfo | None) -> None:
    """Print what came of looking for a customer's events: each event's page, or what is nearest."""
    prose = min(console.width, _CELLS_MAX)
    _print(console, Text(plain(answer.summary), style="bold"), 0, prose)
    for told in answer.events:
        console.print(Text("\n" + "─" * prose, style="dim"))
        show_explanation(console, told, zone)
    for miss in answer.near_misses:
        console.print()
        _print(console, Text(plain(miss.text)), 0, prose)
        for one in miss.ids:
            console.print(Text(f"  {plain(one)}", style="dim"), soft_wrap=True)
    if answer.more is not None:
        console.print(Text("\nThere are more: raise --limit, or ask `hooklog logs`.", style="dim"))


def _table(console: Console, title: str, table: Table | None) -> None:
    if table is not None:
        _section(console, title, [])
        console.print(Padding(table, (0, 0, 0, _INDENT), expand=False))


def _section(console: Console, title: str, lines: Sequence[Text] | None, width: int | None = None) -> None:
    if lines is None:
        return
    console.print(Text(f"\n{title}", style="bold"))
    for line in lines:
        _print(console, line, _INDENT, width or console.width)


def _print(console: Console, line: Text, indent: int, width: int) -> None:
    """A line, wrapped, each part indented as much as the line is; without spaces at the ends."""
    own = len(line.plain) - len(line.plain.lstrip())
    for part in line[own:].wrap(console, max(_WRAP_CELLS_MIN, width - indent - own)):
        part.rstrip()
        console.print(Text(" " * (indent + own)) + part, soft_wrap=True)


def _times(entry: RemoteEntry, zone: tzinfo | None) -> list[tuple[str, str]]:
    accepted = _instant(entry.start_time, zone)
    took = duration_text(entry.response_time)
    if entry.status != PENDING:
        return [("accepted", f"{accepted}, settled after {took}")]
    times = [("accepted", f"{accepted}, {took} ago")]
    if entry.attempts:
        times.append(("attempts", str(entry.attempts)))
    if entry.next_attempt_at is not None:
        left = max(0, entry.next_attempt_at - wall_clock_ms())
        times.append(("next attempt", f"{_instant(entry.next_attempt_at, zone)}, in {duration_text(left)}"))
    return times


def _instant(instant_ms: int, zone: tzinfo | None) -> str:
    moment = local_instant(instant_ms, zone)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} {moment:%Z}"


def _input_lines(text: str, errors: Sequence[RemoteField]) -> list[Text] | None:
    if not text:
        return None
    lines = input_lines(text, frozenset(one.pointer for one in errors if one.pointer))
    shown = []
    for line in lines[:_INPUT_LINES_MAX]:
        drawn = _json_line(plain(line.text))
        if line.is_failing:
            drawn.stylize("bold yellow")
            drawn.append("  <- to correct", style="dim")
        shown.append(drawn)
    if len(lines) > _INPUT_LINES_MAX:
        shown.append(Text(f"... {len(lines) - _INPUT_LINES_MAX:,} more lines; --json has them", style="dim"))
    return shown


def _mapped_lines(told: RemoteExplanation) -> list[Text] | None:
    """The mapped form where a mapping gave other names; else it is the input once more."""
    mapped = told.mapped or {}
    if not any(stage.detail.get("sourceName") is not None for stage in told.stages):
        return None
    return _record_lines(mapped)


def _json_line(line: str) -> Text:
    """The name of a line of formatted JSON a little back, its value as it is."""
    text = Text(line)
    indent = len(line) - len(line.lstrip())
    end = line.find('": ')
    if line[indent : indent + 1] == '"' and end > 0:
        text.stylize("cyan", indent, end + 1)
    return text


def _plain_table(*columns: str) -> Table:
    return Table(*columns, box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))


def _fields_table(errors: Sequence[RemoteField]) -> Table | None:
    table = _plain_table("field", "rule", "received", "hint")
    for one in errors:
        table.add_row(
            Text(plain(one.field), style="yellow"),
            *(Text(plain(text)) for text in (one.rule, one.value, one.hint)),
        )
    return table if errors else None


def _changes_table(changes: Sequence[RemoteChange]) -> Table | None:
    table = _plain_table("field", "setting", "was", "is")
    for one in changes:
        table.add_row(
            Text(plain(one.field or "(itself)"), style="yellow"),
            Text(plain(one.setting)),
            *(Text("-" if text is None else plain(text)) for text in (one.was, one.now)),
        )
    return table if changes else None


def _timeline(told: RemoteExplanation, width: int) -> list[Text] | None:
    if not told.stages:
        return None
    ends = [stage.started_at + stage.duration_ms for stage in told.stages]
    total = max(0.001, max(ends) - told.entry.start_time)
    cells = max(_BAR_CELLS_MIN, min(_BAR_CELLS_MAX, width - _BESIDE_BAR_CELLS))
    lines: list[Text] = []
    for stage in told.stages:
        lines.append(_stage_line(stage, stage.started_at - told.entry.start_time, total, cells))
        said = stage.decision or detail_text(stage)
        if said and said != stage.outcome:
            lines.append(Text(f"  {plain(said)}", style="dim"))
    return lines


def _consumer_lines(consumers: Sequence[RemoteConsumer]) -> list[Text] | None:
    """Who was asked, attempt by attempt; left out where the timeline has said it all."""
    if not any(one.attempts or one.side_effects for one in consumers):
        return None
    lines = []
    for one in consumers:
        reason = f": {plain(one.reason)}" if one.reason else ""
        lines.append(Text(f"{plain(one.consumer)} of org {one.org_id}, {plain(one.outcome)}{reason}"))
        for call in one.attempts:
            took = "" if call.ended_at is None else f" after {duration_text(call.ended_at - call.started_at)}"
            error = "taken" if call.error is None else plain(call.error)
            said = "no end is known" if call.ended_at is None else f"{error}{took}"
            lines.append(Text(f"  attempt {call.attempt}: {said}", style="dim"))
        lines += [
            Text(f"  {plain(json.dumps(effect, ensure_ascii=False))}", style="green")
            for effect in one.side_effects or ()
        ]
    return lines


def _stage_line(stage: ExplainedStage, offset_ms: float, total_ms: float, cells: int) -> Text:
    colour = _COLOURS.get(stage.outcome, "")
    return Text.assemble(
        f"{plain(stage.stage):<{_STAGE_CELLS}}",
        (f"{'+' + duration_text(offset_ms):>12}", "dim"),
        "  ",
        (bar(offset_ms / total_ms, stage.duration_ms / total_ms, cells), colour),
        f"{duration_text(stage.duration_ms):>12}  ",
        (plain(stage.outcome), colour),
    )


def _record_lines(record: dict[str, Any], indent: int = 0) -> list[Text] | None:
    lines: list[Text] = []
    for name, value in record.items():
        label = " " * indent + plain(name)
        if isinstance(value, dict) and value:
            lines += [Text(label, style="cyan"), *(_record_lines(value, indent + 2) or [])]
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            lines.append(Text.assemble((f"{label:<{_LABEL_CELLS}}", "cyan"), "  ", plain(text)))
    return lines or None
