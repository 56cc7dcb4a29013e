"""What was looked for, and what came of it, in a sentence (journey J4)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from hooklog.explain.case import listed
from hooklog.explain.misses import Miss

__all__ = ["Sought", "instant_text", "summary_of_found", "summary_of_nothing"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Sought(msgspec.Struct, frozen=True):
    """A question in words. Bounds are epoch milliseconds, both inclusive, None without; texts are of the org's zone."""

    customer: str
    event_names: Sequence[str]
    org_ids: Sequence[int]
    from_ms: int | None
    to_ms: int | None
    zone: tzinfo

    @property
    def what(self) -> str:
        """E.g. "event named `visit` of mobile `919800000001`"."""
        named = f" named {listed(self.event_names, by='or')}" if self.event_names else ""
        return f"event{named} of {self.customer}"

    @property
    def where(self) -> str:
        """E.g. "between 2026-01-05 00:00:00.000 and 2026-01-05 23:59:59.999 IST in org 1"."""
        orgs = "org" if len(self.org_ids) == 1 else "orgs"
        place = f"in {orgs} {', '.join(map(str, self.org_ids))}"
        bounds = [None if one is None else instant_text(one, self.zone) for one in (self.from_ms, self.to_ms)]
        if bounds == [None, None]:
            return f"in all that the log retains, {place}"
        if bounds[0] is None:
            return f"until {bounds[1]}, {place}"
        return (
            f"from {bounds[0]} on, {place}"
            if bounds[1] is None
            else f"between {bounds[0]} and {bounds[1]}, {place}"
        )


def instant_text(instant_ms: int, zone: tzinfo) -> str:
    """An instant for people, in a zone; an instant beyond all calendars by its number."""
    try:
        moment = (_EPOCH + timedelta(milliseconds=instant_ms)).astimezone(zone)
    except OverflowError:
        return str(instant_ms)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} {moment:%Z}".rstrip()


def summary_of_found(sought: Sought, shown: int, is_all: bool, newest_ms: int, headline: str) -> str:
    """How many there are, and what happened to the newest."""
    when = instant_text(newest_ms, sought.zone)
    if shown == 1 and is_all:
        return f"One {sought.what} was found {sought.where}. It came at {when}. {headline}"
    count = f"{shown}" if is_all else f"More than {shown}"
    plural = sought.what.replace("event", "events", 1)
    return f"{count} {plural} were found {sought.where}. The newest came at {when}. {headline}"


def summary_of_nothing(sought: Sought, misses: Sequence[Miss]) -> str:
    """What was searched, and the nearest miss."""
    said = f"No {sought.what} was found {sought.where}."
    if misses:
        return f"{said} {misses[0].text}"
    return f"{said} It was never sent, or was refused before anything could be logged."
