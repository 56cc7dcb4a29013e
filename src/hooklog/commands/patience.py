"""How long a command goes on trying when a server is busy or away: waits that grow, within a bound."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["AGAIN_CODES", "UNDONE_CODES", "Patience", "asked_wait"]

# What a server says that may be able to soon.
AGAIN_CODES = frozenset({408, 429, 502, 503, 504})
# Those that say that nothing was done; behind the others a proxy may have lost the answer of what was.
UNDONE_CODES = frozenset({429, 503})

_WAIT_SECONDS_MIN = 0.25
_WAIT_SECONDS_MAX = 15.0


class Patience:
    """One for each thing that is tried; ends after `seconds_max` of trying without success."""

    def __init__(
        self,
        seconds_max: float,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Args: `clock`: monotonic seconds; `jitter`: 0 to 1, so that many do not come back in step."""
        self._seconds_max = seconds_max
        self._clock = clock
        self._jitter = jitter
        self._ends_at: float | None = None
        self._wait_seconds = _WAIT_SECONDS_MIN

    def wait_seconds(self, asked: float | None) -> float | None:
        """How long to wait before the next try; None when it is time to give up.

        Args:
            asked: seconds that the server asks for. They are kept to: where they lie beyond the end of patience,
                that is the end of it.
        """
        now = self._clock()
        if self._ends_at is None:
            self._ends_at = now + self._seconds_max
        left = self._ends_at - now
        if left <= 0 or (asked is not None and asked > left):
            return None
        grown = self._wait_seconds * (0.5 + self._jitter() / 2)
        self._wait_seconds = min(self._wait_seconds * 2, _WAIT_SECONDS_MAX)
        return min((asked or 0.0) + grown, left)


def asked_wait(retry_after: str | None, now: datetime | None = None) -> float | None:
    """The seconds that a `Retry-After` header asks for (RFC 9110 10.2.3: a number or a date); None without one."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
