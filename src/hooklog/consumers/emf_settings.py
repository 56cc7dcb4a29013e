"""The settings of the loyalty consumer; what could never work is refused when they are read (contract I.15)."""

import ipaddress
from urllib.parse import urlsplit

import msgspec

from hooklog.consumers.signing import secret_bytes

__all__ = ["EmfEndpoint", "EmfSettings"]


class EmfEndpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an org's loyalty engine listens; calls are signed with `secret` (Standard Webhooks)."""

    url: str
    secret: str = ""

    def __post_init__(self) -> None:
        """Refuse what can never be called.

        Raises:
            ValueError: names the URL, or says what is wrong with the secret without showing it.
        """
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not self.url.isascii():
            raise ValueError(f"url {self.url!r} must be an ASCII URL that starts with http:// or https://")
        secret_bytes(self.secret)


class EmfSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`endpoints` maps an org's id to its endpoint. A call may take `timeout_seconds`; it is repeated with growing,
    jittered waits between `backoff_seconds_min` and `_max` for `retry_seconds_max`. An org has at most `calls_max`
    calls in flight and about `waiting_max` under way; after `breaker_failures` in a row it is left alone for
    `breaker_seconds`. Private addresses are refused unless in `allowed_networks` (CIDR).
    """

    endpoints: dict[str, EmfEndpoint] = {}
    timeout_seconds: float = 10.0
    retry_seconds_max: int = 900
    backoff_seconds_min: float = 1.0
    backoff_seconds_max: float = 60.0
    calls_max: int = 16
    waiting_max: int = 200
    breaker_failures: int = 10
    breaker_seconds: float = 30.0
    allowed_networks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse settings that could not work.

        Raises:
            ValueError: names the setting and what is allowed.
        """
        for org in self.endpoints:
            if not (org.isascii() and org.isdigit()):
                raise ValueError(f"endpoints names the org {org!r}, which must be an org's id in digits")
        for network in self.allowed_networks:
            ipaddress.ip_network(network)
        bounds = (self.timeout_seconds, self.backoff_seconds_min, self.calls_max, self.waiting_max)
        if min(bounds) <= 0 or min(self.breaker_failures, self.breaker_seconds) <= 0:
            raise ValueError("every bound of [emf] must be above 0")
