"""A date of the log's parameters is the instant that the contract says (I.2, I.21), in every zone."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooklog.eventlog.instants import parse_instant

HOUR_MS = 3600 * 1000
TEN = 1_767_607_200_000  # 2026-01-05T10:00:00Z


def utc(text: str) -> int:
    """Epoch milliseconds of an ISO text with offset, by the standard library."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@pytest.mark.parametrize("is_end", [False, True])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05 10:00:00", TEN),
        ("2026-01-05T10:00:00", TEN),
        ("2026-01-05T10:00", TEN),
        ("2026-01-05 10:00", TEN),
        ("2026-01-05T10:00:00Z", TEN),
        ("2026-01-05T10:00Z", TEN),
        ("2026-01-05 10:00:00Z", TEN),
        ("2026-01-05T10:00:00.5", TEN + 500),
        ("2026-01-05T10:00:00.05Z", TEN + 50),
        ("2026-01-05T10:00:00.123", TEN + 123),
        ("2026-01-05T10:00:00,123Z", TEN + 123),
        ("2026-01-05T10:00:00.123999Z", TEN + 123),
        ("2026-01-05T10:00:00.1239999Z", TEN + 123),
        ("2026-01-05T10:00:00.123999999Z", TEN + 123),
        ("20260105T100000Z", TEN),
        ("20260105T1000Z", TEN),
        ("20260105T100000", TEN),
        ("20260105T153000+0530", TEN),
        ("20260105T100000.123456789Z", TEN + 123),
        ("2026-01-05T10:00:00+00:00", TEN),
        ("2026-01-05T10:00:00-00:00", TEN),
        ("2026-01-05T15:30:00+05:30", TEN),
        ("2026-01-05T15:30:00+0530", TEN),
        ("2026-01-05T15:00:00+05", TEN),
        ("2026-01-05T15:30:00.123+05:30", TEN + 123),
        ("2026-01-05T02:00:00-08:00", TEN),
        ("2026-01-05T15:30+05:30", TEN),
        # A `+` that was not encoded in the URL arrives as a blank.
        ("2026-01-05T15:30:00 05:30", TEN),
        ("2026-01-05T15:30:00 0530", TEN),
        ("2026-01-05T15:30:00.123 05:30", TEN + 123),
        ("2026-01-05T15:30:00,123 05:30", TEN + 123),
        ("20260105T1530 0530", TEN),
        ("20260105T153000 0530", TEN),
        ("20260105T153000.123 0530", TEN + 123),
        ("1767607200000", TEN),
        ("0", 0),
        ("-1", -1),
        ("1969-12-31T23:59:59.999Z", -1),
        ("1969-12-31T23:59:59.9995Z", -1),
        ("999999999999999", 999_999_999_999_999),
    ],
)
def test_forms_with_a_time_are_instants_at_either_end(text: str, expected: int, is_end: bool) -> None:
    assert expected == parse_instant(text, UTC, is_end=is_end)


@pytest.mark.parametrize("is_end", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "today",
        "2026-01",
        "2026-1-5",
        "26-01-05",
        "2026-00-01",
        "2026-13-01",
        "2026-01-00",
        "2026-01-32",
        "2026-02-29",
        "0000-01-01",
        "2026-01-05T",
        "2026-01-05T10",
        "2026-01-05T24:00:01",
        "2026-01-05T10:60:00",
        "2026-01-05T10:00:60",
        "2026-01-05T10:00:00.",
        "2026-01-05T10:00:00 ",
        " 2026-01-05",
        "2026-01-05 ",
        "2026-01-05\n",
        "2026-01-05T10:00:00\n",
        "2026-01-05T10:00:00+25:00",
        "2026-01-05T10:00:00+05:60",
        "2026-01-05T10:00:00 Europe/Berlin",
        "2026-W02-1",
        "2026-005",
        "05-01-2026",
        "2026/01/05",
        "\uff12\uff10\uff12\uff16-01-05",
        "1767607200000.5",
        "1e12",
        "+1767607200000",
        "--1",
        "1234567890123456",
        "0" * 5_000,
    ],
)
def test_anything_else_is_no_date(text: str, is_end: bool) -> None:
    assert parse_instant(text, UTC, is_end=is_end) is None


def test_leap_day_is_a_day() -> None:
    assert utc("2028-02-29T00:00:00Z") == parse_instant("2028-02-29", UTC, is_end=False)
    assert utc("2028-03-01T00:00:00Z") - 1 == parse_instant("2028-02-29", UTC, is_end=True)


def test_offset_in_the_text_wins_over_the_orgs_zone() -> None:
    zone = ZoneInfo("Asia/Kolkata")
    assert TEN == parse_instant("2026-01-05T10:00:00Z", zone, is_end=False)
    assert TEN == parse_instant("2026-01-05T10:00:00+00:00", zone, is_end=False)
    assert TEN == parse_instant("2026-01-05T15:30:00", zone, is_end=False)
    assert TEN == parse_instant("1767607200000", zone, is_end=False)


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("UTC", "2026-01-05", "2026-01-05T00:00:00Z", 24),
        ("Asia/Kolkata", "2026-01-05", "2026-01-04T18:30:00Z", 24),
        ("Pacific/Kiritimati", "2026-01-05", "2026-01-04T10:00:00Z", 24),
        # The clocks go forward at 2:00 and back at 3:00.
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23),
        ("Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z", 24),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", 23),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", 25),
        # Midnight does not exist: the day begins at 1:00.
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23),
        ("America/Sao_Paulo", "2018-11-03", "2018-11-03T03:00:00Z", 24),
        # 23:00 to 24:00 comes twice.
        ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25),
        ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z", 24),
        # 0:00 to 1:00 comes twice.
        ("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", 25),
        # Half an hour of daylight saving.
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24.5),
    ],
)
def test_whole_day_goes_from_midnight_to_midnight_of_the_orgs_zone(
    zone: str, day: str, start: str, hours: float
) -> None:
    assert utc(start) == parse_instant(day, ZoneInfo(zone), is_end=False)
    assert utc(start) + hours * HOUR_MS - 1 == parse_instant(day, ZoneInfo(zone), is_end=True)


ZONES = [UTC, *map(ZoneInfo, ["Asia/Kolkata", "Europe/Berlin", "America/Sao_Paulo", "America/Havana"])]
days = st.dates(min_value=datetime(1990, 1, 1).date(), max_value=datetime(2037, 12, 30).date())  # noqa: DTZ001  only the date counts


@given(days, st.sampled_from(ZONES))
def test_days_follow_each_other_without_hole_or_overlap(day: datetime, zone: tzinfo) -> None:
    end = parse_instant(day.isoformat(), zone, is_end=True)
    start_of_next = parse_instant((day + timedelta(days=1)).isoformat(), zone, is_end=False)
    assert end is not None
    assert end + 1 == start_of_next


@pytest.mark.parametrize("zone", ZONES)
def test_first_and_last_day_of_the_calendar_are_days(zone: tzinfo) -> None:
    for day in ("0001-01-01", "9999-12-31"):
        start, end = (parse_instant(day, zone, is_end=is_end) for is_end in (False, True))
        assert start is not None
        assert end is not None
        assert start < end


def test_forever_ends_with_its_last_millisecond() -> None:
    assert utc("9999-12-31T23:59:59.999Z") == parse_instant("9999-12-31", UTC, is_end=True)
