"""How a command signs in at a server: an API key, an OAuth client, or a till (contract I.14, II.2).

One way is used. What stands on the command line beats what stands in the environment; of several there, the API
key beats the client and the client the till.
"""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Generator, Mapping

import httpx
import msgspec

from hooklog.commands.client import make_client
from hooklog.commands.patience import AGAIN_CODES
from hooklog.errors import RemoteError, SettingsError

__all__ = ["NOBODY", "Credentials", "SignIn", "choose", "sign_in"]

NOBODY = "no credentials"
TOKEN_PATH = "/v3/oauth/token/generate"  # noqa: S105 - a path
# A token is renewed when this share of its life is over, so that none expires on the way.
_TOKEN_SHARE_USED = 0.8

_WAYS = (("api_key",), ("client_key", "client_secret"), ("till", "password"))
_HINT = "give --api-key, or --client-key with --client-secret, or --till with --password"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What the options and the environment say; "" is not given."""

    api_key: str = ""
    till: str = ""
    password: str = ""
    client_key: str = ""
    client_secret: str = ""

    def __repr__(self) -> str:
        """Says nothing of them: a repr ends up in diagnostics."""
        return "Credentials(...)"


class SignIn(msgspec.Struct, frozen=True):
    """`name` says who signs in, for messages; `auth` adds it to a request, None where nobody does."""

    name: str
    auth: httpx.Auth | None


def choose(
    given: Credentials, environment: Mapping[str, str] = os.environ, *, for_push: bool = False
) -> Credentials:
    """Only the parts of the one way that is used; empty where none is given.

    Args:
        given: options, already filled up from the environment.
        environment: tells which of them stand there.
        for_push: a webhook takes no API key (contract I.28), so none is sent to one.

    Raises:
        SettingsError: half of a pair is missing, or a part cannot stand in a header.
    """
    ways = _WAYS[1:] if for_push else _WAYS
    typed = [way for way in ways if any(_is_typed(given, name, environment) for name in way)]
    for way in typed or ways:
        parts = {name: getattr(given, name) for name in way}
        if any(parts.values()):
            _require_whole(parts)
            return Credentials(**parts)
    return Credentials()


def _is_typed(given: Credentials, name: str, environment: Mapping[str, str]) -> bool:
    value = getattr(given, name)
    return bool(value) and value != environment.get(f"HOOKLOG_{name.upper()}")


def _require_whole(parts: Mapping[str, str]) -> None:
    for name, value in parts.items():
        option = "--" + name.replace("_", "-")
        if not value:
            present = " and ".join("--" + other.replace("_", "-") for other, text in parts.items() if text)
            raise SettingsError(f"{present} was given without {option}", _HINT)
    key = parts.get("api_key", "")
    if not (key.isascii() and key.isprintable()):
        raise SettingsError("--api-key holds characters that no API key has", "paste it again, on one line")


def sign_in(chosen: Credentials, url: str, clock: Callable[[], float] = time.monotonic) -> SignIn:
    """How requests are signed.

    Args:
        chosen: see `choose`.
        url: the server's API, where tokens are made.
        clock: monotonic seconds.
    """
    if chosen.api_key:
        return SignIn("API key", _Header("x-api-key", lambda: chosen.api_key))
    if chosen.client_key:
        token = _Token(chosen, url, clock)
        return SignIn(f"client {chosen.client_key}", _Header("x-cap-api-oauth-token", token.text))
    if chosen.till:
        # MD5 is the documented form of the password (contract II.2.1), not a protection.
        digest = hashlib.md5(chosen.password.encode(), usedforsecurity=False).hexdigest()
        return SignIn(f"till {chosen.till}", httpx.BasicAuth(chosen.till, digest))
    return SignIn(NOBODY, None)


class _Header(httpx.Auth):
    """Puts a text into a header of every request."""

    def __init__(self, name: str, text: Callable[[], str]) -> None:
        self._name = name
        self._text = text

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See httpx.Auth."""
        request.headers[self._name] = self._text()
        yield request


class _Issued(msgspec.Struct, rename="camel"):
    access_token: str
    ttl_seconds: float


class _Answer(msgspec.Struct):
    data: _Issued


class _Token:
    """An access token, fetched when first needed and again before it expires. For any thread."""

    def __init__(self, credentials: Credentials, url: str, clock: Callable[[], float]) -> None:
        self._credentials = credentials
        self._url = url
        self._clock = clock
        self._lock = threading.Lock()
        self._known = ""
        self._renew_at = 0.0

    def text(self) -> str:
        """The token.

        Raises:
            RemoteError: the server refuses the client, or is no Hooklog server.
            httpx.TransportError: it cannot be reached or is overloaded; worth another try.
        """
        with self._lock:
            if not self._known or self._clock() >= self._renew_at:
                issued = self._fetch()
                self._known = issued.access_token
                self._renew_at = self._clock() + issued.ttl_seconds * _TOKEN_SHARE_USED
            return self._known

    def _fetch(self) -> _Issued:
        body = {"key": self._credentials.client_key, "secret": self._credentials.client_secret}
        with make_client(self._url) as client:
            answer = client.post(self._url + TOKEN_PATH, json=body)
        if answer.status_code == 401:
            raise RemoteError(
                f"{self._url} does not know the client {self._credentials.client_key} with this secret",
                "check --client-key and --client-secret (HOOKLOG_CLIENT_KEY, HOOKLOG_CLIENT_SECRET)",
            )
        if answer.status_code in AGAIN_CODES:
            raise httpx.ConnectError(f"no token now: HTTP {answer.status_code}")
        try:
            return msgspec.json.decode(answer.content, type=_Answer).data
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise RemoteError(
                f"{self._url}{TOKEN_PATH} gave no token (HTTP {answer.status_code})",
                "--url must be the API of a Hooklog server, by default http://127.0.0.1:8080",
            ) from error
