"""Reads the dates that events carry: a strict full match of the 17 documented patterns (contract I.5, I.21).

A letter stands for exactly as many digits as it is written long, except in the second pattern, where `s` is 1
or 2 digits and `S` 1 to 3 digits that count milliseconds. Every part must be there and the date must exist in
the calendar. The patterns are tried in the listed order and the first that fits wins. Bad text never raises:
it is simply no date.
"""

import re
from datetime import UTC, datetime, tzinfo
from typing import Final

import msgspec

__all__ = ["DATE_PATTERNS", "ParsedDate", "parse_date"]

DATE_PATTERNS: Final = (
    "yyyy-MM-dd'T'HH:mm:ssXXX",
    "yyyy-MM-dd'T'HH:mm:s.S",
    "yyyy-MM-dd HH:mm:ss",
    "yyyy-MM-dd",
    "dd-MM-yyyy HH:mm:ss",
    "MM/dd/yyyy HH:mm:ss",
    "yyyy/MM/dd HH:mm:ss",
    "yyyy/MM/dd",
    "dd-MM-yyyy",
    "MM/dd/yyyy",
    "yyyyMMdd HH:mm:ss",
    "dd-MMM-yy",
    "yyyy-MM-dd'T'HH:mm:ss",
    "EEE MMM dd HH:mm:ss z yyyy",
    "MMMM,dd,yyyy",
    "MMMM,dd",
    "yyyy-dd-MM HH:mm:ss",
)
"""The accepted patterns in SimpleDateFormat notation, in the order in which they are tried."""


class ParsedDate(msgspec.Struct, frozen=True):
    """An instant in epoch milliseconds, and the offset that the text carried.

    `offset` is like "+05:30" ("Z" is "+00:00", a zone name its offset); None where the text has none.
    """

    instant_ms: int
    offset: str | None


def parse_date(text: str, zone: tzinfo, now_ms: int) -> ParsedDate | None:
    """The date that a text means, or None when it is none of the patterns. Never blocks; may be repeated.

    A local time that a zone skips or has twice reads with the offset of before the change.

    Args:
        text: the value as sent; nothing is trimmed.
        zone: where a text without a zone is read, the org's time zone.
        now_ms: the present in epoch milliseconds; `dd-MMM-yy` and `MMMM,dd` take their year from it.
    """
    for pattern in _PATTERNS_BY_LENGTH.get(len(text), ()):
        match = pattern.regex.fullmatch(text)
        if match is not None:
            try:
                return _read(pattern, match, zone, now_ms)
            except ValueError:  # datetime says that there is no such day or hour
                continue
    return None


class _Pattern(msgspec.Struct, frozen=True):
    """One pattern made ready: `numbers` are the groups of digits, in the order of datetime's arguments."""

    regex: re.Pattern[str]
    numbers: tuple[str, ...]
    has_names: bool
    has_millisecond: bool
    has_zone: bool
    length_min: int
    length_max: int


def _read(pattern: _Pattern, match: re.Match[str], zone: tzinfo, now_ms: int) -> ParsedDate:
    offset, seconds_east = _offset_of(match["zone"]) if pattern.has_zone else (None, 0)
    if offset is not None:
        zone = UTC
    if pattern.has_names:
        local = _read_named(match, zone, now_ms)
    else:
        local = datetime(*map(int, match.group(*pattern.numbers)), tzinfo=zone)  # type: ignore[arg-type, misc]
    # Whole seconds of years 1 to 9999 are exact in a float.
    instant_ms = (int(local.timestamp()) - seconds_east) * 1000
    if pattern.has_millisecond:
        instant_ms += int(match["millisecond"])
    return ParsedDate(instant_ms, offset)


def _read_named(match: re.Match[str], zone: tzinfo, now_ms: int) -> datetime:
    """A date whose month is written out.

    Raises:
        ValueError: there is no such day, or it is another weekday.
    """
    parts = match.groupdict()
    month, day = _MONTHS[parts["month_name"][:3].lower()], int(parts["day"])
    if "year" in parts:
        year = int(parts["year"])
    elif "year_of_century" in parts:
        return _nearest_century(int(parts["year_of_century"]), month, day, zone, now_ms)
    else:
        year = datetime.fromtimestamp(now_ms / 1000, zone).year
    if "weekday" not in parts:
        return datetime(year, month, day, tzinfo=zone)
    hour, minute, second = int(parts["hour"]), int(parts["minute"]), int(parts["second"])
    local = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    if _WEEKDAYS[local.weekday()] != parts["weekday"].lower():
        raise ValueError(f"not a {parts['weekday']}")
    return local


def _nearest_century(year_of_century: int, month: int, day: int, zone: tzinfo, now_ms: int) -> datetime:
    """The year that ends in two digits, by Java's rule: within 80 years before and 20 years after now."""
    now = datetime.fromtimestamp(now_ms / 1000, zone)
    # 29 February becomes the 28th where 80 years ago was no leap year.
    start_day = 28 if (now.month, now.day) == (2, 29) else now.day
    start = now.replace(year=now.year - 80, day=start_day, tzinfo=None)
    year = start.year - start.year % 100 + year_of_century
    if year < start.year:
        year += 100
    local = datetime(year, month, day, tzinfo=zone)
    return local.replace(year=year + 100) if local.replace(tzinfo=None) < start else local


def _offset_of(text: str) -> tuple[str, int]:
    """Offset text and seconds east of UTC, from `Z`, `+05:30` or a zone name."""
    offset = _ZONE_OFFSETS.get(text.upper(), text)
    seconds = int(offset[1:3]) * 3600 + int(offset[4:6]) * 60
    return offset, -seconds if offset[0] == "-" else seconds


_MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTHS: Final = {name[:3].lower(): number for number, name in enumerate(_MONTH_NAMES, start=1)}
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# The common abbreviations. Where one stands for several zones: IST is India, CST and its like are in North
# America, BST is the British summer, GST the Gulf. Java would decide by the machine's locale and zone.
_ZONE_OFFSETS: Final = {
    "Z": "+00:00", "UTC": "+00:00", "GMT": "+00:00", "UT": "+00:00", "WET": "+00:00",
    "WEST": "+01:00", "BST": "+01:00", "CET": "+01:00", "WAT": "+01:00", "MET": "+01:00",
    "CEST": "+02:00", "MEST": "+02:00", "EET": "+02:00", "CAT": "+02:00", "SAST": "+02:00",
    "EEST": "+03:00", "MSK": "+03:00", "EAT": "+03:00", "TRT": "+03:00", "IRST": "+03:30", "GST": "+04:00",
    "PKT": "+05:00", "IST": "+05:30", "NPT": "+05:45", "MMT": "+06:30",
    "ICT": "+07:00", "WIB": "+07:00", "WITA": "+08:00", "WIT": "+09:00",
    "SGT": "+08:00", "MYT": "+08:00", "HKT": "+08:00", "PHT": "+08:00", "AWST": "+08:00",
    "JST": "+09:00", "KST": "+09:00", "ACST": "+09:30", "ACDT": "+10:30", "AEST": "+10:00", "AEDT": "+11:00",
    "NZST": "+12:00", "NZDT": "+13:00",
    "NST": "-03:30", "NDT": "-02:30", "BRT": "-03:00", "ART": "-03:00", "AST": "-04:00", "ADT": "-03:00",
    "EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00", "MST": "-07:00", "MDT": "-06:00",
    "PST": "-08:00", "PDT": "-07:00", "AKST": "-09:00", "AKDT": "-08:00", "HST": "-10:00",
}  # fmt: skip

# Zone names, like month and weekday names, match without regard to case; the `Z` of `XXX` is a capital.
_ZONE_NAMES = sorted(_ZONE_OFFSETS.keys() - {"Z"}, key=len)

# What each run of letters stands for: group name, regular expression, shortest and longest length.
_LETTERS: Final = {
    "yyyy": ("year", "[0-9]{4}", 4, 4),
    "yy": ("year_of_century", "[0-9]{2}", 2, 2),
    "MMMM": ("month_name", f"(?i:{'|'.join(_MONTH_NAMES)})", 3, 9),
    "MMM": ("month_name", f"(?i:{'|'.join(_MONTHS)})", 3, 3),
    "MM": ("month", "[0-9]{2}", 2, 2),
    "dd": ("day", "[0-9]{2}", 2, 2),
    "EEE": ("weekday", f"(?i:{'|'.join(_WEEKDAYS)})", 3, 3),
    "HH": ("hour", "[0-9]{2}", 2, 2),
    "mm": ("minute", "[0-9]{2}", 2, 2),
    "ss": ("second", "[0-9]{2}", 2, 2),
    "s": ("second", "[0-9]{1,2}", 1, 2),
    "S": ("millisecond", "[0-9]{1,3}", 1, 3),
    "XXX": ("zone", "Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]", 1, 6),
    "z": ("zone", f"(?i:{'|'.join(_ZONE_NAMES)})", len(_ZONE_NAMES[0]), len(_ZONE_NAMES[-1])),
}
_DATETIME_ARGUMENTS = ("year", "month", "day", "hour", "minute", "second")


def _compile(java: str) -> _Pattern:
    text, groups, length_min, length_max = "", set(), 0, 0
    for quoted, letters, literal in re.findall(r"'([^']+)'|([A-Za-z]+)|(.)", java):
        if letters:
            # One run may hold several letters side by side, as yyyyMMdd does.
            for run in re.findall(r"((.)\2*)", letters):
                name, expression, shortest, longest = _LETTERS[run[0]]
                text += f"(?P<{name}>{expression})"
                groups.add(name)
                length_min += shortest
                length_max += longest
        else:
            text += re.escape(quoted or literal)
            length_min += 1
            length_max += 1
    return _Pattern(
        # ASCII: no foreign digits, and no letters that only case folding makes equal.
        regex=re.compile(text, re.ASCII),
        numbers=tuple(name for name in _DATETIME_ARGUMENTS if name in groups),
        has_names="month_name" in groups,
        has_millisecond="millisecond" in groups,
        has_zone="zone" in groups,
        length_min=length_min,
        length_max=length_max,
    )


def _by_length(patterns: list[_Pattern]) -> dict[int, tuple[_Pattern, ...]]:
    """For each length of text the patterns that can have it, in the listed order."""
    longest = max(pattern.length_max for pattern in patterns)
    return {
        length: tuple(pattern for pattern in patterns if pattern.length_min <= length <= pattern.length_max)
        for length in range(1, longest + 1)
    }


_PATTERNS_BY_LENGTH: Final = _by_length([_compile(java) for java in DATE_PATTERNS])
