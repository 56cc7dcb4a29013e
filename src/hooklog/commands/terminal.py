"""What commands show: tables and notes for people, JSON lines for programs.

Text that came from elsewhere (names, messages, inputs) is attacker-controlled: it goes through `plain` before it
reaches a terminal, so that nobody can move the cursor or rewrite the screen by pushing an event.
"""

import os
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from hooklog.errors import SettingsError
from hooklog.event import Status

__all__ = [
    "duration_text",
    "is_for_eyes",
    "local_instant",
    "notes",
    "output",
    "plain",
    "status_text",
    "tell",
    "write_json_line",
    "zone_of",
]

_PENDING = "PENDING"

# Control characters (newlines too), what turns the direction of writing round, and halves of surrogate pairs.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_OUR_FAULT = frozenset(
    {
        Status.EVENT_PROCESSING_FAILED.name,
        Status.EI_PROCESSOR_FAILED.name,
        Status.CUSTOMER_CREATION_FAILED.name,
    }
)


def output() -> Console:
    """Standard output, for what was asked for. Characters that it cannot show become `?`."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    return Console(highlight=False, emoji=False, soft_wrap=False)


def notes() -> Console:
    """Standard error, for remarks beside the output."""
    return Console(stderr=True, highlight=False, emoji=False)


def is_for_eyes() -> bool:
    """Whether the output's width is known: a terminal's, or told by COLUMNS."""
    return sys.stdout.isatty() or "COLUMNS" in os.environ


def tell(warnings: Iterable[str]) -> None:
    """The server's remarks on its answer, each on a line."""
    for message in warnings:
        notes().print(plain(message), style="yellow", markup=False)


def plain(text: str) -> str:
    """A text on one line without any character that a terminal would obey, each shown as its escape."""
    return _UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    known = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(character)
    return known.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def write_json_line(value: object) -> None:
    """One line of JSON on standard output, in UTF-8 whatever the terminal speaks."""
    typer.echo(msgspec.json.encode(value))


def status_text(status: str) -> Text:
    """A status in its colour: green went well, yellow is the source's to mend, red ours, cyan still under way."""
    if status == Status.EVENT_SUCCESS.name:
        return Text(status, style="green")
    if status == _PENDING:
        return Text(status, style="cyan")
    return Text(plain(status), style="red" if status in _OUR_FAULT else "yellow")


def zone_of(name: str | None) -> tzinfo | None:
    """The time zone of a name; None stands for this machine's.

    Raises:
        SettingsError: no zone has this name here.
    """
    if name is None:
        return None
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"{name!r} is no time zone known here", "zones have names such as Asia/Kolkata or UTC"
        ) from error


def local_instant(instant_ms: int, zone: tzinfo | None) -> datetime:
    """Epoch milliseconds as a moment in a zone; None means this machine's. What no calendar holds is 1970."""
    try:
        return (
            datetime.fromtimestamp(instant_ms // 1000, zone or UTC)
            .replace(microsecond=instant_ms % 1000 * 1000)
            .astimezone(zone)
        )
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC).astimezone(zone)


def duration_text(milliseconds: float) -> str:
    """A length of time in the unit that fits: 0.004 ms, 12.5 ms, 3.2 s, 15 min; whole milliseconds stay whole."""
    if milliseconds < 1_000:
        is_whole = isinstance(milliseconds, int) or milliseconds == 0
        digits = 0 if is_whole else 3 if milliseconds < 1 else 1
        return f"{milliseconds:,.{digits}f} ms"
    seconds = milliseconds / 1_000
    if seconds < 120:
        return f"{seconds:,.1f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 7_200 else f"{seconds / 3600:,.1f} h"
