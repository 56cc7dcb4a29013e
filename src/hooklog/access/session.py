"""Sessions of the console: a cookie that carries the credential somebody signed in with, sealed by this installation.

The browser cannot read it, and what it holds is judged anew at every request: a changed password, a removed key or
an org that no longer takes Basic ends the session at once. Nothing is kept on the server, so a restart ends none.

A cookie is sent by the browser without being asked. It counts only in requests that a page of this origin made:
it is SameSite=Strict, and what the browser says of the page (Sec-Fetch-Site, Origin) must agree.
"""

import hashlib
import hmac
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from hooklog.access.presented import Mechanism, Presented

__all__ = ["COOKIE_NAME", "SESSION_SECONDS", "Sessions", "is_same_origin", "session_in"]

COOKIE_NAME = "hooklog_session"
# A working day; who signs in with a password does so each morning.
SESSION_SECONDS = 12 * 3600

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_PURPOSE = b"hooklog console session 1"
_COOKIE_CHARS_MAX = 8_192
_SAME_ORIGIN = frozenset({"same-origin", "none"})


class _Sealed(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie holds: the credential, and the epoch second from which it is no good."""

    mechanism: Mechanism
    text: str
    expires_at: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Sealed).decode


class Sessions:
    """Seals credentials and opens them again. Thread-safe; some 50 microseconds each."""

    def __init__(self, installation_key: bytes) -> None:
        """Args: `installation_key`: the installation's secret; what another one sealed is refused."""
        self._key = OctKey.import_key(hmac.digest(installation_key, _PURPOSE, hashlib.sha256))

    def seal(self, presented: Presented, now: float) -> str:
        """The cookie of a credential that was verified. `now`: epoch seconds."""
        sealed = _Sealed(presented.mechanism, presented.text, int(now) + SESSION_SECONDS)
        return jwe.encrypt_compact(_HEADER, _encode(sealed), self._key)

    def open(self, text: str, now: float) -> Presented | None:
        """The credential of a cookie; None when it was not sealed here or has expired. `now`: epoch seconds."""
        try:
            found = jwe.decrypt_compact(text, self._key)
            sealed = _decode(found.plaintext or b"")
        except (JoseError, ValueError, msgspec.MsgspecError):
            return None
        return Presented(sealed.mechanism, sealed.text) if now < sealed.expires_at else None


def session_in(headers: Mapping[str, str]) -> str | None:
    """The session cookie of a request that a page of this origin made; None where there is none, or it does not count.

    Args:
        headers: lower-case names.
    """
    cookies = headers.get("cookie", "")
    if COOKIE_NAME not in cookies or len(cookies) > _COOKIE_CHARS_MAX or not is_same_origin(headers):
        return None
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(cookies)
    except CookieError:
        return None
    found = jar.get(COOKIE_NAME)
    return None if found is None else found.value


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a page of this origin asks, by what the browser says; programs say nothing of it and may, too.

    Old browsers, and plain HTTP to another machine, say only Origin, or nothing. Args: `headers`: lower-case names.
    """
    if headers.get("sec-fetch-site", "none") not in _SAME_ORIGIN:
        return False
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")
