"""Rate limits (contract I.17): a token bucket for each caller or webhook, off unless configured, and for whoever
guesses secrets (`hooklog.access.guesses`), on unless turned off.

The headers are those of draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` says what is allowed, `RateLimit`
what is left of it.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Annotated

import msgspec
from msgspec import Meta

__all__ = ["KEYS_MAX", "LimitSettings", "Taken", "TokenBuckets", "build_buckets"]

# The longest quiet one is forgotten first, and starts afresh with a full bucket. Some 200 bytes each.
KEYS_MAX = 10_000

Rate = Annotated[float, Meta(ge=0, le=1_000_000)]
Burst = Annotated[int, Meta(ge=0, le=1_000_000)]


class LimitSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How often callers may call: so many times a second in the long run, `burst` times at once. `requests` are of
    an API key, client or till to the API, `pushes` of a webhook. A rate of 0 means no limit; a burst of 0 means what
    the rate allows in a second.
    `wrong_secrets` are different wrong ones that were presented for the name of a client or till, to get a token or to
    sign in; with `address_` before it those from an address, whatever the names. So many are refused as wrong, those
    beyond are not looked at; what is right does not count.
    """

    requests_per_second: Rate = 0.0
    burst: Burst = 0
    pushes_per_second: Rate = 0.0
    push_burst: Burst = 0
    wrong_secrets_per_minute: Rate = 6.0
    wrong_secret_burst: Burst = 10
    address_wrong_secrets_per_minute: Rate = 30.0
    address_wrong_secret_burst: Burst = 60


class Taken(msgspec.Struct, frozen=True):
    """What became of one request, or of a batch. `reset_seconds` is when there will be one more (or what the batch
    needs), or all where some are left.
    """

    is_allowed: bool
    remaining: int
    reset_seconds: int
    quota: int
    window_seconds: int

    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers for the answer, names in lower case; a refusal says when to come again."""
        policy = f'"default";q={self.quota};w={self.window_seconds}'
        told = (
            ("ratelimit-policy", policy),
            ("ratelimit", f'"default";r={self.remaining};t={self.reset_seconds}'),
        )
        return told if self.is_allowed else (*told, ("retry-after", str(self.reset_seconds)))

    def message(self, who: str, what: str = "requests") -> str:
        """What a refusal says."""
        allowed = f"{self.quota} at once and as many in {self.window_seconds} s"
        return f"Too many {what} of {who}: {allowed} are allowed; try again in {self.reset_seconds} s"


class TokenBuckets:
    """One bucket for each key, full at first. For one thread; takes about a microsecond."""

    def __init__(
        self, per_second: float, burst: int, clock: Callable[[], float], keys_max: int = KEYS_MAX
    ) -> None:
        """Args:
        per_second: how fast a bucket fills, above 0.
        burst: how much it holds, 1 or more.
        clock: monotonic seconds.
        keys_max: how many buckets are kept.
        """
        assert per_second > 0, per_second
        assert burst >= 1, burst
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._keys_max = keys_max
        self._window_seconds = max(1, math.ceil(burst / per_second))
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable, count: int = 1) -> Taken:
        """Take tokens of a key's bucket, all or none. For a count of 0 there must be one, which stays.

        More than the bucket holds can be taken once it is full: the bucket owes the rest, so that what comes next waits
        for as long as the rate says.
        """
        tokens, now = self._tokens(key)
        full = float(self._burst)
        needed = min(full, max(1.0, float(count)))
        is_allowed = tokens >= needed
        if is_allowed:
            tokens -= count
        self._put(key, tokens, now)
        missing = (needed if not is_allowed else full if tokens >= 1.0 else 1.0) - tokens
        return self._taken(tokens, missing, is_allowed=is_allowed)

    def owe(self, key: Hashable) -> Taken:
        """Take one token of a key's bucket, also one that is not there: then the bucket owes it. What is left says
        whether another one could be taken.
        """
        tokens, now = self._tokens(key)
        tokens -= 1.0
        self._put(key, tokens, now)
        is_allowed = tokens >= 1.0
        missing = (float(self._burst) if is_allowed else 1.0) - tokens
        return self._taken(tokens, missing, is_allowed=is_allowed)

    def _tokens(self, key: Hashable) -> tuple[float, float]:
        """What a bucket holds, and now; it must be put back."""
        now, full = self._clock(), float(self._burst)
        tokens, then = self._buckets.pop(key, (full, now))
        return min(full, tokens + (now - then) * self._per_second), now

    def _put(self, key: Hashable, tokens: float, now: float) -> None:
        self._buckets[key] = (tokens, now)
        if len(self._buckets) > self._keys_max:
            self._buckets.popitem(last=False)

    def _taken(self, tokens: float, missing: float, *, is_allowed: bool) -> Taken:
        # A second too late is right, one too early is refused again.
        reset_seconds = max(1, math.ceil(missing / self._per_second))
        return Taken(is_allowed, max(0, int(tokens)), reset_seconds, self._burst, self._window_seconds)


def build_buckets(per_second: float, burst: int, clock: Callable[[], float]) -> TokenBuckets | None:
    """Buckets as the settings say; None where there is no limit."""
    if per_second <= 0:
        return None
    return TokenBuckets(per_second, burst or max(1, math.ceil(per_second)), clock)
