"""What a caller may do (contract I.14, I.26)."""

import enum
from collections.abc import Iterable

import msgspec

from hooklog.author import Attribution

__all__ = ["TILL_SCOPES", "Caller", "Scope", "parse_scopes"]


class Scope(enum.StrEnum):
    """The closed set of permissions."""

    EVENTS_READ = "events:read"
    EVENTS_WRITE = "events:write"
    WEBHOOKS_WRITE = "webhooks:write"
    PSI_READ = "psi:read"
    ADMIN = "admin"


# A till has all but psi:read and admin unless its own `scopes` say otherwise; so has a client without scopes.
TILL_SCOPES = frozenset({Scope.EVENTS_READ, Scope.EVENTS_WRITE, Scope.WEBHOOKS_WRITE})


class Caller(msgspec.Struct, frozen=True):
    """Who made a request, once its credentials were verified.

    `kind` is "till", "client" or "api_key"; `name` is the till code, client key or key name, for audit and
    diagnostics. `till_code` is the till that the call acts for, where there is one: a till's own code, a
    client's default till. `falls_back_to_default_till` says what a client wants done with an invalid till
    that it names (see `hooklog.access.attribution`). `acts_for` is whom this one request acts for, None for nobody
    else.
    """

    org_id: int
    kind: str
    name: str
    scopes: frozenset[Scope]
    till_code: str = ""
    falls_back_to_default_till: bool = False
    acts_for: Attribution | None = None

    def may(self, scope: Scope) -> bool:
        """Whether the caller holds a scope; admin implies all but psi:read."""
        return scope in self.scopes or (Scope.ADMIN in self.scopes and scope is not Scope.PSI_READ)

    def lacks(self, scopes: Iterable[Scope]) -> list[Scope]:
        """Those of some scopes that the caller does not hold, and so cannot give to anybody."""
        return sorted(scope for scope in scopes if not self.may(scope))


def parse_scopes(texts: Iterable[str]) -> frozenset[Scope]:
    """Scopes from their texts.

    Raises:
        ValueError: naming the text that is not a scope and the ones that are.
    """
    known = {scope.value: scope for scope in Scope}
    scopes = set()
    for text in texts:
        if text not in known:
            raise ValueError(f"{text!r} is not a scope; the scopes are {', '.join(known)}")
        scopes.add(known[text])
    return frozenset(scopes)
