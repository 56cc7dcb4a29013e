"""Which credential a request presents: the cheap half of asking who calls.

One credential is judged a request. Of several, the first in this order: `X-CAP-API-OAUTH-TOKEN`,
`CAP-API-ACCESS-TOKEN`, `Authorization` (Basic or Bearer), `X-API-Key`; a wrong one is not made good by the
next. Headers of a mechanism that the caller of this module does not take are as if absent (contract I.28).
"""

import enum
from collections.abc import Mapping

import msgspec

__all__ = ["CREDENTIAL_CHARS_MAX", "EVERY_MECHANISM", "Mechanism", "Named", "Presented", "presented_in"]

# A token of ours is below 2,000 characters; anything longer is refused before it costs a thing.
CREDENTIAL_CHARS_MAX = 4096


class Mechanism(enum.StrEnum):
    """How a credential is presented; the first two are a webhook's `authMechanism` (contract II.7.1)."""

    BASIC = "BASIC"
    OAUTH = "OAUTH"
    API_KEY = "API_KEY"
    # Only ever inside a session of the console: a client's key and secret.
    CLIENT = "CLIENT"


EVERY_MECHANISM = frozenset({Mechanism.BASIC, Mechanism.OAUTH, Mechanism.API_KEY})

_TOKEN_HEADERS = ("x-cap-api-oauth-token", "cap-api-access-token")
_SCHEMES = {"basic": Mechanism.BASIC, "bearer": Mechanism.OAUTH}


class Presented(msgspec.Struct, frozen=True):
    """A credential as it came, not yet looked at. `text` is at most CREDENTIAL_CHARS_MAX long."""

    mechanism: Mechanism
    text: str


class Named(msgspec.Struct, frozen=True):
    """Who presents which secret. `kind` as in a Caller; `name` is None where the secret itself is all there is."""

    kind: str
    name: str | None
    secret: str


def presented_in(headers: Mapping[str, str], mechanisms: frozenset[Mechanism]) -> Presented | None:
    """The credential to judge a request by.

    Args:
        headers: lower-case names.
        mechanisms: those that are taken here.

    Returns: None when there is none, or it is too long.
    """
    found = _first(headers, mechanisms)
    return None if found is None or len(found.text) > CREDENTIAL_CHARS_MAX else found


def _first(headers: Mapping[str, str], mechanisms: frozenset[Mechanism]) -> Presented | None:
    if Mechanism.OAUTH in mechanisms:
        for name in _TOKEN_HEADERS:
            if token := headers.get(name):
                return Presented(Mechanism.OAUTH, token)
    if authorization := headers.get("authorization"):
        scheme, _, rest = authorization.partition(" ")
        mechanism = _SCHEMES.get(scheme.lower())
        if mechanism is not None and mechanism in mechanisms:
            return Presented(mechanism, rest.strip())
    if Mechanism.API_KEY in mechanisms and (key := headers.get("x-api-key")):
        return Presented(Mechanism.API_KEY, key)
    return None
