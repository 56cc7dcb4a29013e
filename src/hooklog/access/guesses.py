"""How often secrets may be guessed: so many wrong ones for a name and from an address, then one now and then.

* Only wrong ones count, and each once: whoever presents what is right, or keeps to a stale secret, is never slowed.
* Whoever signed in from an address before has a bucket of their own there, so that nobody elsewhere can lock them out.
* What is under way when a bucket runs empty is counted too: the bucket owes it, and in the long run the rate holds.

A name counts alike whether there is such a one or not, so a refusal tells nothing about names.
"""

import hashlib
import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable

import msgspec

from hooklog.access.presented import Named
from hooklog.access.rate_limit import KEYS_MAX, LimitSettings, Taken, TokenBuckets, build_buckets

__all__ = ["Guesses", "build_guesses", "network_of"]

_DIGEST_BYTES = 16
_SECONDS = 60.0
# Who has a /64 of IPv6 has as many addresses as they like (RFC 6177).
_PREFIX_BITS = 64


class Guesses:
    """Counts wrong secrets. For one thread; of each thing that it remembers it keeps KEYS_MAX."""

    def __init__(self, by_name: TokenBuckets | None, by_address: TokenBuckets | None) -> None:
        """Args: `by_name`, `by_address`: how many wrong ones; None for no limit."""
        self._by_name = by_name
        self._by_address = by_address
        self._salt = secrets.token_bytes(_DIGEST_BYTES)
        self._wrong: OrderedDict[bytes, None] = OrderedDict()
        self._at_home: OrderedDict[bytes, None] = OrderedDict()

    def look(self, named: Named, address: str) -> Taken | None:
        """What is left to whoever presents a secret, and whether it may be looked at; None where there is no limit.

        Counts nothing. `address` is where it comes from, as `network_of` tells it.
        """
        return _tightest([buckets.take(key, 0) for buckets, key in self._counted_in(named, address)])

    def failed(self, named: Named, address: str) -> Taken | None:
        """It was wrong; what is left now."""
        is_new = _remember(self._wrong, self._digest(named.kind, named.name, named.secret))
        counted = self._counted_in(named, address)
        return _tightest([buckets.owe(key) if is_new else buckets.take(key, 0) for buckets, key in counted])

    def succeeded(self, named: Named, address: str) -> None:
        """It was right: who has this name is at home at this address."""
        if named.name is not None:
            _remember(self._at_home, self._digest(named.kind, named.name, address))

    def _counted_in(self, named: Named, address: str) -> list[tuple[TokenBuckets, Hashable]]:
        home = self._digest(named.kind, named.name, address)
        if self._by_name is not None and home in self._at_home:
            return [(self._by_name, home)]
        counted: list[tuple[TokenBuckets, Hashable]] = []
        if self._by_name is not None and named.name is not None:
            counted.append((self._by_name, self._digest(named.kind, named.name, None)))
        if self._by_address is not None:
            counted.append((self._by_address, address))
        return counted

    def _digest(self, *parts: str | None) -> bytes:
        # Short, whatever is presented, and nothing to whoever reads this process's memory later.
        text = msgspec.json.encode(
            [None if part is None else part.encode("utf-8", "surrogatepass") for part in parts]
        )
        return hashlib.blake2b(text, digest_size=_DIGEST_BYTES, key=self._salt).digest()


def _remember(known: OrderedDict[bytes, None], digest: bytes) -> bool:
    """Whether it is new. The longest quiet one is forgotten first."""
    is_new = digest not in known
    known[digest] = None
    known.move_to_end(digest)
    if len(known) > KEYS_MAX:
        known.popitem(last=False)
    return is_new


def _tightest(found: list[Taken]) -> Taken | None:
    """The one that refuses for longest, or else leaves least; None of none."""
    return min(found, key=lambda one: (one.is_allowed, one.remaining, -one.reset_seconds), default=None)


def build_guesses(limits: LimitSettings, clock: Callable[[], float]) -> Guesses:
    """Guesses as the settings say. `clock`: monotonic seconds."""
    return Guesses(
        build_buckets(limits.wrong_secrets_per_minute / _SECONDS, limits.wrong_secret_burst, clock),
        build_buckets(
            limits.address_wrong_secrets_per_minute / _SECONDS, limits.address_wrong_secret_burst, clock
        ),
    )


def network_of(host: str) -> str:
    """Whom an address stands for: an IPv4 address for itself, one of IPv6 for its /64; any other text for itself."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), _PREFIX_BITS), strict=False))
