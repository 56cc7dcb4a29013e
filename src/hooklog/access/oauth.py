"""OAuth client credentials: tokens that say who a client is, signed by this installation (contract II.2.2).

A token proves a client's name for a while and nothing else: what the client may do, and whether it still is
one, is read from the store each time. The algorithm is pinned; what a token says about its own algorithm is
never believed.
"""

import secrets

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from hooklog.access.base import AccessStore, Client, Tills
from hooklog.access.hashing import UNKNOWN_HASH, Verifier
from hooklog.access.scopes import TILL_SCOPES, Caller

__all__ = ["CLIENT", "NO_TILL", "IssuedToken", "Tokens", "VerifiedToken", "caller_of", "verify_client"]

CLIENT = "client"

# The `default_till` of a client that has none.
NO_TILL = -1

_ALGORITHM = "RS256"
_KEY_ID = "k1"
_ISSUER = "Capillary"
_TOKEN_USE = "token_access"  # noqa: S105 - a claim
_HEADER = {"kid": _KEY_ID, "alg": _ALGORITHM}


class _Claims(msgspec.Struct, frozen=True):
    """The documented claims, in their order."""

    iss: str
    sub: str
    exp: int
    iat: int
    jti: str
    client_id: int
    org_id: int
    token_use: str
    client_key: str
    default_till: int
    scopes: str


_CLAIMS = msgspec.json.Decoder(_Claims)


class IssuedToken(msgspec.Struct, frozen=True):
    """What a client gets for its key and secret."""

    access_token: str
    ttl_seconds: int


class VerifiedToken(msgspec.Struct, frozen=True):
    """Who a token stands for, and the epoch second at which it does no more."""

    caller: Caller
    expires_at: int


class Tokens:
    """Issues tokens and verifies them. Thread-safe; blocks for about a millisecond at most."""

    def __init__(self, key: RSAKey, store: AccessStore, tills: Tills) -> None:
        """Args: `key`: the installation's private key; `store`: clients; `tills`: the directory."""
        self._key = key
        self._store = store
        self._tills = tills

    def issue(self, client: Client, now: int) -> str:
        """A new token of a client whose secret was verified; earlier ones stay valid until they expire.

        Args:
            client: as stored.
            now: epoch seconds.
        """
        claims = _Claims(
            iss=_ISSUER,
            sub=client.name,
            exp=now + client.ttl_seconds,
            iat=now,
            jti=secrets.token_hex(16),
            client_id=client.id,
            org_id=client.org_id,
            token_use=_TOKEN_USE,
            client_key=client.key,
            default_till=self._till_id(client),
            scopes=msgspec.json.encode(sorted(client.scopes or ())).decode(),
        )
        return jws.serialize_compact(_HEADER, msgspec.json.encode(claims), self._key, algorithms=[_ALGORITHM])

    def verify(self, token: str, now: float) -> VerifiedToken | None:
        """Who presents a token, with scopes and default till as they are stored now.

        Args:
            token: as it came.
            now: epoch seconds.

        Returns: None when it was not signed here with RS256, has expired (from the second of `exp` on), is
        not an access token, or its client is no more.
        """
        claims = self._signed_claims(token)
        if claims is None or now >= claims.exp or claims.token_use != _TOKEN_USE or claims.iss != _ISSUER:
            return None
        client = self._store.client(claims.client_key)
        if client is None or (client.org_id, client.id) != (claims.org_id, claims.client_id):
            return None
        return VerifiedToken(caller=caller_of(client), expires_at=claims.exp)

    def _signed_claims(self, token: str) -> _Claims | None:
        try:
            found = jws.deserialize_compact(token, self._key, algorithms=[_ALGORITHM])
        except (JoseError, ValueError):
            return None
        if found.headers() != _HEADER:
            return None
        try:
            return _CLAIMS.decode(found.payload)
        except msgspec.MsgspecError:
            return None

    def _till_id(self, client: Client) -> int:
        till = self._tills.till(client.default_till)
        return NO_TILL if till is None or till.org_id != client.org_id else till.id


def verify_client(key: str, secret: str, store: AccessStore, verify: Verifier) -> Client | None:
    """The client of a key and secret. Blocks for one argon2 verification, also for an unknown key."""
    client = store.client(key)
    is_right = verify(UNKNOWN_HASH if client is None else client.secret_hash, secret)
    return client if is_right else None


def caller_of(client: Client) -> Caller:
    """Who a client is and what it may do, once its secret or a token of it was verified."""
    return Caller(
        org_id=client.org_id,
        kind=CLIENT,
        name=client.key,
        scopes=TILL_SCOPES if client.scopes is None else client.scopes,
        till_code=client.default_till,
        falls_back_to_default_till=client.falls_back_to_default_till,
    )
