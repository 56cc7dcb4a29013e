"""What is kept about who may call, and the promise of the store that keeps it.

Nothing here is a secret in the clear: passwords, client secrets and API keys are argon2id hashes
(`hooklog.access.hashing`). A till's code (contract I.26) and a client's key are unique in an installation.
"""

from collections.abc import Collection
from typing import Protocol

import msgspec

from hooklog.access.scopes import Scope
from hooklog.directory.audit import About, DirectoryChange
from hooklog.directory.base import Till
from hooklog.errors import HooklogError, LoadError

__all__ = [
    "CANDIDATES_MAX",
    "CLIENT_TEXT_CHARS_MAX",
    "TOKEN_TTL_SECONDS_MAX",
    "UNAVAILABLE",
    "UNAVAILABLE_CODE",
    "AccessBusy",
    "AccessStore",
    "ApiKey",
    "Client",
    "TillLogin",
    "Tills",
    "check_client",
    "check_hash",
    "key_taken",
    "lookup_full",
]

# "Raisable to 30 days" (contract II.2.2).
TOKEN_TTL_SECONDS_MAX = 30 * 24 * 3600

# Keys that share a lookup: among 10,000 random keys in 65,536 lookups the chance of nine in one is below
# 10**-8, and eight bound what one wrong key can cost.
CANDIDATES_MAX = 8

# Name and key of a client travel in its tokens, which must stay below what a header may hold.
CLIENT_TEXT_CHARS_MAX = 255

# What a caller is told while nobody can say whether they may (contract II.2.3), with HTTP 503.
UNAVAILABLE_CODE = 4001
UNAVAILABLE = "Authorization status unavailable!"


class AccessBusy(HooklogError):
    """Too many credentials wait to be verified; this one was not looked at and may be presented again."""

    code = "ACCESS_BUSY"
    retryable = True


class TillLogin(msgspec.Struct, frozen=True):
    """A till that may call with Basic. `password_hash` is argon2id of the lower-case md5 hex of the password.

    `scopes` None means what a till usually may (`TILL_SCOPES`).
    """

    org_id: int
    till_id: int
    code: str
    password_hash: str
    scopes: frozenset[Scope] | None = None


class Client(msgspec.Struct, frozen=True):
    """An OAuth client. `default_till` is a till's code, "" for none; its tokens live for `ttl_seconds`."""

    org_id: int
    id: int
    name: str
    key: str
    secret_hash: str
    default_till: str = ""
    ttl_seconds: int = 300
    scopes: frozenset[Scope] | None = None
    falls_back_to_default_till: bool = False


class ApiKey(msgspec.Struct, frozen=True):
    """An API key; its name is unique in its org. `lookup` finds it (`hooklog.access.api_keys.lookup_of`)."""

    org_id: int
    name: str
    lookup: str
    key_hash: str
    scopes: frozenset[Scope]


class AccessStore(Protocol):
    """Credentials by what a caller names them by. Thread-safe; everything may be repeated.

    Reads answer in microseconds from warm memory and are called on the event loop; a read sees every write
    that returned before it, in whichever process. Writes block until durable, and keep the audit's item, if they are
    given one, in the same transaction.

    Raises:
        StorageUnavailable: the storage answered with an I/O error or stayed locked.
    """

    def refresh(self) -> bool:
        """Whether anything was changed since the last call, by this process or another.

        Only the one `Authenticator` of a store calls it: an answer is given once.
        """

    def till_login(self, code: str) -> TillLogin | None:
        """The login of a till's code, exactly as written."""

    def client(self, key: str) -> Client | None:
        """The client of a key, exactly as written."""

    def api_keys(self, lookup: str) -> list[ApiKey]:
        """The keys of a lookup by org and name, `CANDIDATES_MAX` at most."""

    def client_by_id(self, org_id: int, client_id: int) -> Client | None:
        """The org's client of that id."""

    def clients(self, org_id: int, first: int, limit: int) -> list[Client]:
        """The org's clients whose id is `first` or above, by id, at most `limit`."""

    def api_key(self, org_id: int, name: str) -> ApiKey | None:
        """The org's key of that name."""

    def api_keys_after(self, org_id: int, name: str, limit: int) -> list[ApiKey]:
        """The org's keys whose name comes after `name` by code points, by name, at most `limit`."""

    def audits(self, org_id: int, about: Collection[About], limit: int) -> list[DirectoryChange]:
        """The org's changes of some kinds of things, newest first, at most `limit`. Blocks on the disk."""

    def put_till_login(self, login: TillLogin, change: DirectoryChange | None = None) -> None:
        """Store, or replace that of the same org and till. A code that another till has is a LoadError."""

    def put_client(self, client: Client, change: DirectoryChange | None = None) -> None:
        """Store, or replace that of the same org and id.

        Raises:
            LoadError: another client has the key, or `check_client` refuses it.
        """

    def put_api_key(self, key: ApiKey, change: DirectoryChange | None = None) -> None:
        """Store, or replace that of the same org and name. A lookup that is full is a LoadError."""

    def remove_till_login(self, code: str, change: DirectoryChange | None = None) -> None:
        """The till can log in no more; nothing happens when it is unknown."""

    def remove_client(self, key: str, change: DirectoryChange | None = None) -> None:
        """The client and its tokens hold no more; nothing happens when it is unknown."""

    def remove_api_key(self, org_id: int, name: str, change: DirectoryChange | None = None) -> None:
        """The key holds no more; nothing happens when it is unknown."""

    def close(self) -> None:
        """Let go of the storage."""


class Tills(Protocol):
    """What access asks of the directory (`hooklog.directory.base.Directory`) about tills."""

    def till(self, code: str) -> Till | None:
        """The till of that code, whatever its org."""


def check_hash(text: str) -> None:
    """Whoever stores a secret must have hashed it first; anything else is our own bug."""
    assert text.startswith("$argon2id$"), "a secret must be stored as an argon2id hash"


def check_client(client: Client) -> None:
    """What every backend checks before it stores a client.

    Raises:
        LoadError: the life of its tokens is not 1..TOKEN_TTL_SECONDS_MAX, or its key or name is too long or
        blank.
    """
    if not 1 <= client.ttl_seconds <= TOKEN_TTL_SECONDS_MAX:
        raise LoadError(
            f"client {client.key!r}: ttlSeconds is {client.ttl_seconds};"
            f" allowed are 1 to {TOKEN_TTL_SECONDS_MAX}"
        )
    for what, text in (("key", client.key), ("name", client.name)):
        if not 1 <= len(text) <= CLIENT_TEXT_CHARS_MAX:
            raise LoadError(
                f"client {client.id} of org {client.org_id}: {what} has {len(text)} characters;"
                f" allowed are 1 to {CLIENT_TEXT_CHARS_MAX}"
            )


def key_taken(what: str, text: str, org_id: int, holder_id: int) -> LoadError:
    """The error for a till code or client key that another till or client has."""
    return LoadError(
        f"the {what} {text!r} belongs to {holder_id} of org {org_id} already",
        f"give every one its own {what}",
    )


def lookup_full(key: ApiKey) -> LoadError:
    """The error for one API key too many that begin alike."""
    return LoadError(
        f"the API key {key.name!r} of org {key.org_id} is too much like {CANDIDATES_MAX} others",
        "make another key",
    )
