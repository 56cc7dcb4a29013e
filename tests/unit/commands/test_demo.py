"""The demo's table: statuses are whole at any width, and nothing that was pushed is obeyed by the terminal."""

import io

import pytest
from rich.console import Console

from hooklog.commands.demo import entries_table
from hooklog.event import Status

MESSAGE = "Error while processing emfEvent: customerId not present,cant proceed further"
ENTRIES: list[dict[str, object]] = [
    *(
        {"eventName": "store_visit", "status": status.name, "message": MESSAGE, "responseTime": 1234}
        for status in Status
    ),
    {"message": "Unauthorized", "responseTime": 1},
]


def _lines(width: int, entries: list[dict[str, object]]) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(entries_table(entries, is_wide=width >= 120))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_every_status_and_time_is_whole(width: int) -> None:
    text = "\n".join(_lines(width, ENTRIES))
    assert [] == [status.name for status in Status if status.name not in text]
    assert text.count("1234") == len(Status)
    assert all(len(line) <= width for line in text.splitlines())


def test_on_a_wide_terminal_an_entry_is_one_line() -> None:
    assert 1 + len(ENTRIES) == len(_lines(160, ENTRIES))


def test_what_was_pushed_moves_no_cursor_and_sets_no_colour() -> None:
    hostile: dict[str, object] = {"eventName": "\x1b[2J[red]x", "message": "a\nb\x07", "responseTime": 1}
    (_, line) = _lines(160, [hostile])
    assert "\\x1b[2J[red]x" in line
    assert "a\\nb\\x07" in line
