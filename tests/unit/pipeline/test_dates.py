"""The 17 patterns, read strictly (contract I.5, I.21)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.pipeline.dates import DATE_PATTERNS, ParsedDate, parse_date

# A busy machine may be slow; what fails is printed so that it can be repeated.
LAW = settings(deadline=None, print_blob=True)

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp()) * 1000
KOLKATA = ZoneInfo("Asia/Kolkata")
NEW_YORK = ZoneInfo("America/New_York")
MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def ms(*parts: int, zone: tzinfo = UTC) -> int:
    """Epoch milliseconds of a time of day in a zone."""
    year, month, day, hour, minute, second = (*parts, 0, 0, 0)[:6]
    return int(datetime(year, month, day, hour, minute, second, tzinfo=zone).timestamp()) * 1000


def read(text: str, zone: tzinfo = UTC, now_ms: int = NOW_MS) -> int | None:
    found = parse_date(text, zone, now_ms)
    return None if found is None else found.instant_ms


def as_java(pattern: str) -> Callable[[datetime], str]:
    """Formats as SimpleDateFormat would, for the letters that the patterns use."""

    def letter(run: str, at: datetime) -> str:
        offset = at.strftime("%z")
        texts = {
            "yyyy": f"{at.year:04}",
            "yy": f"{at.year % 100:02}",
            "MMMM": MONTHS[at.month - 1],
            "MMM": MONTHS[at.month - 1][:3],
            "MM": f"{at.month:02}",
            "dd": f"{at.day:02}",
            "EEE": WEEKDAYS[at.weekday()],
            "HH": f"{at.hour:02}",
            "mm": f"{at.minute:02}",
            "ss": f"{at.second:02}",
            "s": str(at.second),
            "S": str(at.microsecond // 1000),
            "XXX": "Z" if offset == "+0000" else f"{offset[:3]}:{offset[3:]}",
            "z": "UTC",
        }
        return texts[run]

    def write(at: datetime) -> str:
        text, position = "", 0
        while position < len(pattern):
            end = position + 1
            if pattern[position] == "'":
                end = pattern.index("'", end) + 1
                text += pattern[position + 1 : end - 1]
            elif pattern[position].isalpha():
                while end < len(pattern) and pattern[end] == pattern[position]:
                    end += 1
                text += letter(pattern[position:end], at)
            else:
                text += pattern[position]
            position = end
        return text

    return write


@pytest.mark.parametrize(
    ("pattern", "text", "instant_ms", "offset"),
    [
        ("yyyy-MM-dd'T'HH:mm:ssXXX", "2026-01-05T10:00:01+05:30", ms(2026, 1, 5, 4, 30, 1), "+05:30"),
        ("yyyy-MM-dd'T'HH:mm:s.S", "2026-01-05T10:00:1.25", ms(2026, 1, 5, 10, 0, 1) + 25, None),
        ("yyyy-MM-dd HH:mm:ss", "2026-01-05 10:00:01", ms(2026, 1, 5, 10, 0, 1), None),
        ("yyyy-MM-dd", "2026-01-05", ms(2026, 1, 5), None),
        ("dd-MM-yyyy HH:mm:ss", "05-01-2026 10:00:01", ms(2026, 1, 5, 10, 0, 1), None),
        ("MM/dd/yyyy HH:mm:ss", "01/05/2026 10:00:01", ms(2026, 1, 5, 10, 0, 1), None),
        ("yyyy/MM/dd HH:mm:ss", "2026/01/05 10:00:01", ms(2026, 1, 5, 10, 0, 1), None),
        ("yyyy/MM/dd", "2026/01/05", ms(2026, 1, 5), None),
        ("dd-MM-yyyy", "05-01-2026", ms(2026, 1, 5), None),
        ("MM/dd/yyyy", "01/05/2026", ms(2026, 1, 5), None),
        ("yyyyMMdd HH:mm:ss", "20260105 10:00:01", ms(2026, 1, 5, 10, 0, 1), None),
        ("dd-MMM-yy", "05-Jan-26", ms(2026, 1, 5), None),
        ("yyyy-MM-dd'T'HH:mm:ss", "2026-01-05T10:00:01", ms(2026, 1, 5, 10, 0, 1), None),
        ("EEE MMM dd HH:mm:ss z yyyy", "Mon Jan 05 10:00:01 IST 2026", ms(2026, 1, 5, 4, 30, 1), "+05:30"),
        ("MMMM,dd,yyyy", "January,05,2026", ms(2026, 1, 5), None),
        ("MMMM,dd", "January,05", ms(2026, 1, 5), None),
        ("yyyy-dd-MM HH:mm:ss", "2026-25-12 10:00:01", ms(2026, 12, 25, 10, 0, 1), None),
    ],
)
def test_each_pattern_is_read(pattern: str, text: str, instant_ms: int, offset: str | None) -> None:
    assert pattern in DATE_PATTERNS
    assert ParsedDate(instant_ms, offset) == parse_date(text, UTC, NOW_MS)


def test_there_are_seventeen_patterns() -> None:
    assert 17 == len(set(DATE_PATTERNS)) == len(DATE_PATTERNS)


ZONES = st.sampled_from([UTC, KOLKATA, NEW_YORK, ZoneInfo("Pacific/Chatham"), timezone(timedelta(hours=-12))])


@pytest.mark.parametrize("pattern", DATE_PATTERNS)
@LAW
@given(
    local=st.datetimes(datetime(1947, 1, 1), datetime(2045, 12, 31)),  # noqa: DTZ001
    zone=ZONES,
)
def test_a_date_written_in_a_pattern_reads_back_as_the_same_instant(
    pattern: str, local: datetime, zone: tzinfo
) -> None:
    """Writes what the pattern can express and expects that instant; only the last pattern is ambiguous."""
    has_time = "HH" in pattern
    # A time that comes twice means the first one: the text cannot tell which (see the last test).
    local = local.replace(fold=0, microsecond=local.microsecond // 1000 * 1000 if "S" in pattern else 0)
    if not has_time:
        local = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if pattern == "MMMM,dd":
        local = local.replace(year=2026, day=min(local.day, 28))
    if pattern == "yyyy-dd-MM HH:mm:ss":
        # Read as yyyy-MM-dd, which is listed first, as long as the day can be a month.
        local = local.replace(day=max(local.day, 13))
    at = local.replace(tzinfo=UTC if " z " in pattern else zone)
    text = as_java(pattern)(at)
    expected = (at - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)
    assert expected == read(text, zone, NOW_MS), text


def test_the_pattern_listed_first_wins() -> None:
    assert ms(2026, 1, 2, 10) == read("2026-01-02 10:00:00")
    assert ms(2026, 12, 13, 10) == read("2026-13-12 10:00:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 2026-01-05",
        "2026-01-05 ",
        "2026-01-05\n",
        "2026-1-05",
        "26-01-05",
        "2026-01-05 10:00",
        "2026-01-05 1:00:00",
        "2026-01-05T10:00",
        "2026-01-05t10:00:00",
        "2026-01-05T10:00:00z",
        "2026-01-05T10:00:00+0530",
        "2026-01-05T10:00:00+05",
        "2026-01-05T10:00:00+24:00",
        "2026-01-05T10:00:00+05:60",
        "2026-01-05 10:00:00Z",
        "2026-01-05T10:00:00.",
        "2026-01-05T10:00:00.1234",
        "2026-01-05T10:00:000.1",
        "2026-01-05T10:00:00.123Z",
        "2026-02-30",
        "2025-02-29",
        "2026-00-10",
        "0000-01-01",
        "2026-01-05 24:00:00",
        "2026-01-05 10:60:00",
        "2026-01-05 10:00:60",
        "31/12/2026",
        "5-Jan-26",
        "05-January-26",
        "05-Jan-2026",
        "29-Feb-26",
        "Jan,05,2026",
        "January,5,2026",
        "January,5",
        "February,29",
        "1767607200000",
        "2026-W01-1",
        "2026-01-0\u0665",
        "Augu\u017ft,05",
        "Mon Jan 05 10:00:00 XYZ 2026",
        "Mon Jan 05 10:00:00 Z 2026",
        "Mon Jan 05 10:00:00 2026",
        "Tue Jan 05 10:00:00 UTC 2026",
        "Monday Jan 05 10:00:00 UTC 2026",
    ],
)
def test_what_is_not_exactly_a_pattern_is_no_date(text: str) -> None:
    assert parse_date(text, UTC, NOW_MS) is None


@LAW
@given(st.text(max_size=40) | st.text("0123456789-/:T ,.ZJanFeb+", max_size=30), ZONES)
def test_no_text_raises(text: str, zone: tzinfo) -> None:
    parse_date(text, zone, NOW_MS)


@LAW
@given(st.sampled_from(["0001-01-01 00:00:00", "9999-12-31 23:59:59"]), ZONES)
def test_the_first_and_last_year_are_read_in_every_zone(text: str, zone: tzinfo) -> None:
    utc = read(text, UTC)
    local = read(text, zone)
    assert utc is not None
    assert local is not None
    assert 24 * 3_600_000 >= abs(local - utc)


def test_seconds_and_milliseconds_may_be_short_in_the_second_pattern_only() -> None:
    base = ms(2026, 1, 5, 10, 0, 5)
    for text, instant_ms in {
        "5.7": base + 7,
        "05.07": base + 7,
        "05.070": base + 70,
        "05.999": base + 999,
    }.items():
        assert instant_ms == read(f"2026-01-05T10:00:{text}")
    assert read("2026-01-05T10:00:5") is None


def test_text_without_a_zone_is_read_in_the_given_zone_and_has_no_offset() -> None:
    assert ParsedDate(ms(2026, 1, 5, 4, 30), None) == parse_date("2026-01-05 10:00:00", KOLKATA, NOW_MS)


@pytest.mark.parametrize(
    ("sent", "offset", "hours"),
    [("Z", "+00:00", 0), ("+00:00", "+00:00", 0), ("-00:00", "-00:00", 0), ("-08:00", "-08:00", -8)],
)
def test_an_offset_in_the_text_is_kept_and_overrides_the_zone(sent: str, offset: str, hours: int) -> None:
    expected = ParsedDate(ms(2026, 1, 5, 10) - hours * 3_600_000, offset)
    assert expected == parse_date(f"2026-01-05T10:00:00{sent}", KOLKATA, NOW_MS)


@pytest.mark.parametrize(
    ("name", "offset"),
    [("UTC", "+00:00"), ("GMT", "+00:00"), ("EST", "-05:00"), ("PDT", "-07:00"), ("NST", "-03:30")],
)
def test_a_zone_name_gives_its_offset(name: str, offset: str) -> None:
    named = parse_date(f"Mon Jan 05 10:00:00 {name} 2026", KOLKATA, NOW_MS)
    by_offset = read(f"2026-01-05T10:00:00{offset}")
    assert by_offset is not None
    assert ParsedDate(by_offset, offset) == named


def test_names_match_without_regard_to_case() -> None:
    assert ms(2026, 1, 5, 10) == read("mON jAN 05 10:00:00 utc 2026")
    assert ms(2026, 1, 5) == read("JANUARY,05") == read("january,05,2026") == read("05-JAN-26")


def test_the_current_year_is_the_one_in_the_zone() -> None:
    new_year_in_kolkata = ms(2025, 12, 31, 20)
    assert ms(2026, 3, 1, zone=KOLKATA) == read("March,01", KOLKATA, new_year_in_kolkata)
    assert ms(2025, 3, 1) == read("March,01", UTC, new_year_in_kolkata)


def test_a_leap_day_without_a_year_exists_in_leap_years_only() -> None:
    assert ms(2024, 2, 29) == read("February,29", UTC, ms(2024, 6, 1))
    assert read("February,29", UTC, ms(2026, 6, 1)) is None


@pytest.mark.parametrize(
    ("text", "year"),
    [
        # Now is 5 January 2026, 10:00; eighty years before is the first instant of the window.
        ("06-Jan-46", 1946),
        ("05-Jan-46", 2046),
        ("31-Dec-45", 2045),
        ("01-Jan-99", 1999),
        ("01-Jan-00", 2000),
    ],
)
def test_two_digits_of_a_year_mean_80_years_back_to_20_ahead(text: str, year: int) -> None:
    month = MONTHS.index(next(name for name in MONTHS if name.startswith(text[3:6]))) + 1
    assert ms(year, month, int(text[:2])) == read(text)


def test_two_digits_of_a_year_can_be_read_on_a_leap_day() -> None:
    assert ms(2000, 2, 29) == read("29-Feb-00", UTC, ms(2024, 2, 29, 12))
    # Eighty years before this leap day there is none.
    assert ms(2199, 2, 28) == read("28-Feb-99", UTC, ms(2180, 2, 29, 12))
    assert ms(2100, 3, 1) == read("01-Mar-00", UTC, ms(2180, 2, 29, 12))


def test_a_time_that_the_zone_skips_or_repeats_reads_with_the_offset_of_before() -> None:
    assert ms(2026, 3, 8, 7, 30) == read("2026-03-08 02:30:00", NEW_YORK)
    assert ms(2026, 11, 1, 5, 30) == read("2026-11-01 01:30:00", NEW_YORK)
