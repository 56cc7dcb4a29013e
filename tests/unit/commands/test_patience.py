"""Waiting: longer each time, as long as the server asks, and not for ever."""

from datetime import UTC, datetime

import pytest

from hooklog.commands.patience import Patience, asked_wait


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _waits(seconds_max: float, asked: float | None, jitter: float = 1.0) -> list[float]:
    clock = Clock()
    patience = Patience(seconds_max, clock, lambda: jitter)
    waits: list[float] = []
    while (wait := patience.wait_seconds(asked)) is not None:
        waits.append(wait)
        clock.now += wait
    return waits


def test_waits_double_up_to_a_bound_and_add_up_to_no_more_than_patience() -> None:
    waits = _waits(60.0, None)
    assert [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0] == waits[:8]
    assert 60.0 == sum(waits)


def test_jitter_takes_at_most_half_of_a_wait() -> None:
    assert [0.125, 0.25, 0.5] == _waits(60.0, None, jitter=0.0)[:3]


def test_what_the_server_asks_for_is_kept_to() -> None:
    waits = _waits(30.0, 5.0)
    assert len(waits) >= 4
    assert all(wait >= 5.0 for wait in waits)
    assert sum(waits) <= 30.0


def test_a_wait_beyond_the_end_of_patience_is_the_end_of_it() -> None:
    assert [10.0] == _waits(10.0, 10.0)
    assert [] == _waits(10.0, 10.1)


def test_without_patience_there_is_no_wait() -> None:
    assert [] == _waits(0.0, None)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("5", 5.0),
        (" 0 ", 0.0),
        ("soon", None),
        ("-1", None),
        ("٣", None),
        ("Mon, 05 Jan 2026 10:00:30 GMT", 30.0),
        ("Mon, 05 Jan 2026 09:59:00 GMT", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert seconds == asked_wait(header, datetime(2026, 1, 5, 10, 0, 0, tzinfo=UTC))
