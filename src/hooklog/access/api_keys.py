"""API keys: `X-API-Key`, shown once when made, kept as an argon2id hash.

A key is found by its lookup, 4 hex digits of its SHA-256. They narrow 256 bits of chance by 16, so they give
nothing away, and bound how many hashes a presented key is verified against.
"""

import hashlib
import secrets

from hooklog.access.base import CANDIDATES_MAX, AccessStore, ApiKey
from hooklog.access.hashing import UNKNOWN_HASH, Verifier, hash_secret
from hooklog.access.scopes import Caller, Scope

__all__ = ["API_KEY", "api_key_of", "lookup_of", "make_key_text", "verify_api_key"]

API_KEY = "api_key"

_PREFIX = "hk_"
_RANDOM_BYTES = 32
_LOOKUP_DIGITS = 4


def make_key_text() -> str:
    """A new key in the clear: `hk_` and 43 characters that are safe in a URL (256 bits)."""
    return _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def api_key_of(org_id: int, name: str, text: str, scopes: frozenset[Scope]) -> ApiKey:
    """What to keep of a key in the clear, made here or chosen by an operator. Blocks for some 20 ms."""
    return ApiKey(org_id=org_id, name=name, lookup=lookup_of(text), key_hash=hash_secret(text), scopes=scopes)


def lookup_of(text: str) -> str:
    """The 4 hex digits that a key is found by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_LOOKUP_DIGITS]


def verify_api_key(text: str, store: AccessStore, verify: Verifier) -> Caller | None:
    """Who presents a key. Blocks for at least one argon2 verification and at most CANDIDATES_MAX.

    A key that was given to two orgs opens the one with the lower id.
    """
    candidates = store.api_keys(lookup_of(text))
    assert len(candidates) <= CANDIDATES_MAX
    if not candidates:
        verify(UNKNOWN_HASH, text)
    for key in candidates:
        if verify(key.key_hash, text):
            return Caller(org_id=key.org_id, kind=API_KEY, name=key.name, scopes=key.scopes)
    return None
