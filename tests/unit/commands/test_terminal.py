"""What reaches a terminal: nothing that it would obey, lengths and instants that people read."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from hooklog.commands.terminal import duration_text, local_instant, plain, status_text, zone_of
from hooklog.errors import SettingsError
from hooklog.event import Status


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, naïve 日本 🙂", "plain text, naïve 日本 🙂"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b2J", "\\x9b2J"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("abc\u202edcba", "abc\\u202edcba"),
        ("\ud800", "\\ud800"),
        ("\x07\x7f", "\\x07\\x7f"),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),  # a joiner is a letter's part, not an order
    ],
)
def test_no_control_character_reaches_a_terminal(text: str, shown: str) -> None:
    assert shown == plain(text)


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0, "0 ms"),
        (0.0, "0 ms"),
        (0.004, "0.004 ms"),
        (0.9994, "0.999 ms"),
        (1.0, "1.0 ms"),
        (5, "5 ms"),
        (999, "999 ms"),
        (1_000, "1.0 s"),
        (119_900, "119.9 s"),
        (120_000, "2 min"),
        (7_199_000, "120 min"),
        (7_200_000, "2.0 h"),
        (3_600_000_000, "1,000.0 h"),
    ],
)
def test_a_length_of_time_is_in_the_unit_that_fits(milliseconds: float, shown: str) -> None:
    assert shown == duration_text(milliseconds)


def test_an_instant_keeps_its_millisecond_in_any_zone() -> None:
    moment = local_instant(1_767_607_200_123, ZoneInfo("Asia/Kolkata"))
    assert "2026-01-05T15:30:00.123000+05:30" == moment.isoformat()
    assert "2026-01-05T10:00:00.123000+00:00" == local_instant(1_767_607_200_123, UTC).isoformat()


@pytest.mark.parametrize("instant_ms", [10**18, -(10**18)])
def test_an_instant_that_no_calendar_holds_ends_no_command(instant_ms: int) -> None:
    assert 1970 == local_instant(instant_ms, UTC).year


def test_an_unknown_zone_is_refused() -> None:
    for name in ("Nowhere/Land", "../etc/passwd", ""):
        with pytest.raises(SettingsError, match="no time zone"):
            zone_of(name)
    assert UTC is zone_of("UTC")
    assert zone_of(None) is None


def test_colours_say_whose_turn_it_is() -> None:
    assert "green" == status_text("EVENT_SUCCESS").style
    assert "cyan" == status_text("PENDING").style
    assert "red" == status_text("EVENT_PROCESSING_FAILED").style
    assert "yellow" == status_text("SOME_LATER_STATUS").style
    assert {"green", "yellow", "red"} == {str(status_text(status.name).style) for status in Status}
