"""Who calls: the one question that both listeners and the API ask here.

A credential that was verified lately is known again in microseconds (`peek` never waits); a new one costs
argon2 in a small pool. A change of credentials, or of whether an org takes Basic, holds in every process
within REFRESH_SECONDS. A token is never good beyond its `exp`, whatever is remembered.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping

from hooklog.access.api_keys import API_KEY, verify_api_key
from hooklog.access.base import AccessStore, Client
from hooklog.access.basic import TILL, named_till, verify_basic
from hooklog.access.hashing import Verifier, verify_secret
from hooklog.access.hashing_pool import HashingPool
from hooklog.access.oauth import CLIENT, IssuedToken, Tokens, caller_of, verify_client
from hooklog.access.presented import (
    CREDENTIAL_CHARS_MAX,
    EVERY_MECHANISM,
    Mechanism,
    Named,
    Presented,
    presented_in,
)
from hooklog.access.scopes import Caller
from hooklog.access.session import Sessions, session_in
from hooklog.access.verdicts import UNKNOWN, Unknown, VerdictMemory

__all__ = ["REFRESH_SECONDS", "Authenticator", "named_in"]

# Looking for changes costs 3 microseconds, twice as much as knowing a credential again.
REFRESH_SECONDS = 0.25

_SALT_BYTES = 32


class Authenticator:
    """Verifies credentials and remembers verdicts. One for a store; belongs to one event loop.

    Every method but `close` may raise StorageUnavailable: while the store cannot be read, nobody is let in.
    """

    def __init__(
        self,
        store: AccessStore,
        tokens: Tokens,
        is_basic_enabled: Callable[[int], bool],
        *,
        sessions: Sessions | None = None,
        verify: Verifier = verify_secret,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        pool: HashingPool | None = None,
    ) -> None:
        """Put the mechanisms together.

        Args:
            store: what is kept about callers.
            tokens: issues and verifies tokens.
            is_basic_enabled: whether an org takes Basic (`basic_enabled_in`); asked on the event loop, at
            most once
                an org in REFRESH_SECONDS.
            sessions: opens the console's cookies; None takes none.
            verify: compares a hash with a secret; called in the pool's threads.
            clock: seconds, never stepping back.
            wall_clock: epoch seconds, for the expiry of tokens.
            pool: where argon2 runs; closed by `close`.
        """
        self._store = store
        self._tokens = tokens
        self._is_basic_enabled = is_basic_enabled
        self._sessions = sessions
        self._verify = verify
        self._clock = clock
        self._wall_clock = wall_clock
        self._pool = pool if pool is not None else HashingPool()
        self._callers: VerdictMemory[Caller] = VerdictMemory(self._pool, clock)
        self._clients: VerdictMemory[Client] = VerdictMemory(self._pool, clock)
        self._basic_enabled: dict[int, bool] = {}
        self._refresh_due = clock()
        # A salt for each kind: the same text presented in two ways is two credentials, and digests mean
        # nothing to whoever reads this process's memory later.
        self._salts = {mechanism: secrets.token_bytes(_SALT_BYTES) for mechanism in Mechanism}
        self._client_salt = secrets.token_bytes(_SALT_BYTES)

    def peek(
        self, headers: Mapping[str, str], mechanisms: frozenset[Mechanism] = EVERY_MECHANISM
    ) -> Caller | Unknown | None:
        """Who calls, from memory alone; never waits.

        Args:
            headers: lower-case names.
            mechanisms: those that are taken here, e.g. a webhook's.

        Returns: None for no credential or one refused lately; UNKNOWN means ask `authenticate`.
        """
        presented = presented_in(headers, mechanisms)
        return None if presented is None else self.recall(presented)

    def recall(self, presented: Presented) -> Caller | Unknown | None:
        """Who presents a credential, from memory alone; see `peek`."""
        return self._recall(self._digest(presented))

    async def authenticate(
        self, headers: Mapping[str, str], mechanisms: frozenset[Mechanism] = EVERY_MECHANISM
    ) -> Caller | None:
        """Who calls; None for no credential or a wrong one. May be repeated.

        Args:
            headers: lower-case names.
            mechanisms: those that are taken here, e.g. a webhook's.

        Raises:
            AccessBusy: too many credentials wait to be verified; this one was not looked at.
        """
        presented = presented_in(headers, mechanisms)
        if presented is None and mechanisms is EVERY_MECHANISM:
            presented = self._signed_in(headers)
        return None if presented is None else await self.verify(presented)

    async def verify(self, presented: Presented) -> Caller | None:
        """Who presents a credential; None for a wrong one. May be repeated.

        Raises:
            AccessBusy: see `authenticate`.
        """
        digest = self._digest(presented)
        known = self._recall(digest)
        if known is not UNKNOWN:
            return known
        if presented.mechanism is Mechanism.OAUTH:
            return self._verify_token(presented.text, digest)
        return self._admitted(await self._callers.verify(digest, lambda: self._judge(presented)))

    async def issue_token(self, key: str, secret: str) -> IssuedToken | None:
        """A token for a client's key and secret; None when they are wrong.

        Raises:
            AccessBusy: too many credentials wait to be verified; this one was not looked at.
        """
        if len(key) + len(secret) > CREDENTIAL_CHARS_MAX:
            return None
        self._notice_changes()
        digest = _salted(self._client_salt, f"{len(key)}:{key}{secret}")
        client = self._clients.recall(digest, self._clock())
        if client is UNKNOWN:
            client = await self._clients.verify(
                digest, lambda: verify_client(key, secret, self._store, self._verify)
            )
        if client is None:
            return None
        return IssuedToken(self._tokens.issue(client, int(self._wall_clock())), client.ttl_seconds)

    def notice(self) -> None:
        """Credentials or an org were changed: the next question looks, whatever REFRESH_SECONDS says."""
        self._refresh_due = self._clock()

    def close(self) -> None:
        """Let the pool's threads end; the store is its owner's to close."""
        self._pool.close()

    def _recall(self, digest: bytes) -> Caller | Unknown | None:
        self._notice_changes()
        known = self._callers.recall(digest, self._clock())
        return known if known is UNKNOWN else self._admitted(known)

    def _signed_in(self, headers: Mapping[str, str]) -> Presented | None:
        """The credential inside the console's cookie."""
        cookie = None if self._sessions is None else session_in(headers)
        if cookie is None or self._sessions is None:
            return None
        return self._sessions.open(cookie, self._wall_clock())

    def _judge(self, presented: Presented) -> Caller | None:
        # Runs in a thread of the pool.
        if presented.mechanism is Mechanism.BASIC:
            return verify_basic(presented.text, self._store, self._verify)
        if presented.mechanism is Mechanism.CLIENT:
            key, _, secret = presented.text.partition(" ")
            client = verify_client(key, secret, self._store, self._verify)
            return None if client is None else caller_of(client)
        return verify_api_key(presented.text, self._store, self._verify)

    def _verify_token(self, token: str, digest: bytes) -> Caller | None:
        # Some 40 microseconds, less than a hop to a thread and back; and so a flood of passwords holds up no
        # token.
        now = self._wall_clock()
        verified = self._tokens.verify(token, now)
        if verified is None:
            self._callers.remember(digest, None)
            return None
        self._callers.remember(digest, verified.caller, seconds_max=verified.expires_at - now)
        return verified.caller

    def _admitted(self, caller: Caller | None) -> Caller | None:
        """A till gets in only while its org takes Basic. Asked after the password: timing tells nothing."""
        if caller is None or caller.kind != TILL:
            return caller
        is_enabled = self._basic_enabled.get(caller.org_id)
        if is_enabled is None:
            is_enabled = self._basic_enabled[caller.org_id] = self._is_basic_enabled(caller.org_id)
        return caller if is_enabled else None

    def _notice_changes(self) -> None:
        now = self._clock()
        if now < self._refresh_due:
            return
        if self._store.refresh():
            self._callers.forget()
            self._clients.forget()
        self._basic_enabled.clear()
        self._refresh_due = now + REFRESH_SECONDS

    def _digest(self, presented: Presented) -> bytes:
        return _salted(self._salts[presented.mechanism], presented.text)


def _salted(salt: bytes, text: str) -> bytes:
    return hashlib.sha256(salt + text.encode("utf-8", "surrogatepass")).digest()


def named_in(presented: Presented) -> Named:
    """Who presents a secret that is looked up by name; an API key has none."""
    if presented.mechanism is Mechanism.BASIC:
        return named_till(presented.text)
    if presented.mechanism is Mechanism.CLIENT:
        key, _, secret = presented.text.partition(" ")
        return Named(CLIENT, key, secret)
    return Named(API_KEY, None, presented.text)
